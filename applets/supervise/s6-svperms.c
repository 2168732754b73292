// SPDX-License-Identifier: MIT
/* s6-svperms - show or set who may watch and control services
 *
 * usage: s6-svperms [ -v ] [ -u | -g group | -G group | -o | -O group ] [ -e
 *        | -E group ] servicedir...
 *
 * Until the supervisor makes its directories anew. A group is a name or :GID.
 *  -u  only the owner              -g GROUP  the group may see the state
 *  -G GROUP  and control           -o  everybody may see the state
 *  -O GROUP  and the group control
 *  -e  everybody may wait for events; -E GROUP  only the group
 *  -v  show (what no option does)
 *
 * Exit: 0 ok, 1 unexpected permissions, 100 wrong usage, 111 system call
 *   failed.
 * See: https://skarnet.org/software/s6/s6-svperms.html
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "os/user.h"
#include "s6.h"

enum { STAY = -1 };

struct perms {
	bool show;
	int supervise, control, event;		 /* modes, or STAY */
	gid_t super_gid, control_gid, event_gid; /* -1 = stay */
};

static gid_t group(const char *s)
{
	uint64_t gid;
	gid_t found;

	if (*s == ':') {
		if (!num_arg(s + 1, UINT32_MAX - 1, &gid))
			applet_usage("s6-svperms");
		return (gid_t)gid;
	}
	if (group_find(s, &found, NULL) <= 0)
		die(100, "unable to find entry for %s in group database", s);
	return found;
}

static int set_super(void *opts, const struct opt *o, const char *value,
		     struct err *e UNUSED)
{
	struct perms *p = opts;
	bool control = o->letter == 'G' || o->letter == 'O';
	gid_t gid = strchr("gGO", o->letter) ? group(value) : (gid_t)-1;

	p->supervise = o->val;
	p->super_gid = o->letter == 'O' ? (gid_t)-1 : gid;
	p->control = control ? 0620 : 0600;
	p->control_gid = control ? gid : (gid_t)-1;
	return 0;
}

static int set_event(void *opts, const struct opt *o, const char *value,
		     struct err *e UNUSED)
{
	struct perms *p = opts;

	p->event = o->val;
	p->event_gid = o->letter == 'E' ? group(value) : (gid_t)-1;
	return 0;
}

static const struct opt s6_svperms_opts[] = {
	{NULL, NULL, 'v', OPT_FLAG, offsetof(struct perms, show), 0},
	{NULL, set_super, 'u', OPT_FN0, 0, 0700},
	{NULL, set_super, 'g', OPT_FN, 0, 0710},
	{NULL, set_super, 'G', OPT_FN, 0, 0710},
	{NULL, set_super, 'o', OPT_FN0, 0, 0711},
	{NULL, set_super, 'O', OPT_FN, 0, 0711},
	{NULL, set_event, 'e', OPT_FN0, 0, 01733},
	{NULL, set_event, 'E', OPT_FN, 0, 03730},
	{0},
};

static void place(char path[PATH_MAX], const char *dir, const char *file)
{
	struct err e;

	if (s6_place(path, dir, file, &e) < 0)
		die(111, "%s", e.text);
}

static void set(const char *dir, const char *file, int mode, gid_t gid)
{
	char path[PATH_MAX];

	place(path, dir, file);
	if (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) < 0)
		die_sys(111, errno, "unable to chown %s", path);
	if (access(path, F_OK) < 0)
		die_sys(111, errno, "unable to stat %s", path);
	if (chmod(path, (mode_t)mode) < 0)
		die_sys(111, errno, "unable to chmod %s", path);
}

/* `DIR what: owner`, the word of the mode that is found in the list; 1 when it
 * is in none. The list goes public, group, owner; 0 = never. */
static int show_one(const char *dir, const char *file, const char *what,
		    const mode_t modes[3])
{
	char path[PATH_MAX], name[64];
	struct stat st;
	mode_t mode;

	place(path, dir, file);
	if (stat(path, &st) < 0) {
		say_warnsys(errno, "unable to stat %s", path);
		return 1;
	}
	mode = st.st_mode & 07777;
	if (mode == modes[0]) {
		dprintf(1, "%s %s: public\n", dir, what);
	} else if (mode == modes[1]) {
		if (group_find_gid(st.st_gid, name, sizeof name, NULL) <= 0)
			snprintf(name, sizeof name, "%u", (unsigned)st.st_gid);
		dprintf(1, "%s %s: group %s\n", dir, what, name);
	} else if (mode == modes[2]) {
		dprintf(1, "%s %s: owner\n", dir, what);
	} else {
		say_warn("%s has incorrect permissions: %o", path,
			 (unsigned)mode);
		return 1;
	}
	return 0;
}

static int show(const char *dir)
{
	static const mode_t status[] = {0711, 0710, 0700};
	static const mode_t control[] = {07777, 0620, 0600};
	static const mode_t events[] = {01733, 03730, 07777};
	int r = show_one(dir, S6_SUPERVISE, "status", status);

	if (!r)
		r = show_one(dir, S6_CONTROL, "control", control);
	return show_one(dir, S6_EVENT, "events", events) || r;
}

int s6_svperms_main(int argc, char **argv)
{
	struct perms p = {.supervise = STAY, .control = STAY, .event = STAY};
	int i = applet_opts("s6-svperms", s6_svperms_opts, &p, argc, argv, 1);
	int code = 0;

	for (; argv[i]; i++) {
		if (p.supervise != STAY) {
			set(argv[i], S6_SUPERVISE, p.supervise, p.super_gid);
			set(argv[i], S6_CONTROL, p.control, p.control_gid);
		}
		if (p.event != STAY)
			set(argv[i], S6_EVENT, p.event, p.event_gid);
		if (p.show || (p.supervise == STAY && p.event == STAY))
			code |= show(argv[i]);
	}
	return code;
}
