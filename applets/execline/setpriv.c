// SPDX-License-Identifier: MIT
/* setpriv - run a program with other ids and fewer privileges
 *
 * usage: setpriv [ options ] prog...
 *
 *  --reuid ID --regid ID    user and group, by name or number
 *  --clear-groups           no supplementary groups
 *  --init-groups            those of the user in /etc/group
 *  --keep-groups            as they are (default)
 *  --groups LIST            these, with commas
 *  --bounding-set CAPS      what the program can ever have
 *  --inh-caps CAPS          what it keeps through an exec with file rights
 *  --ambient-caps CAPS      what it has without being root
 *  --nnp, --no-new-privs    it cannot gain any
 *
 * CAPS is a list such as +net_bind_service,-chown, or -all first: what is not
 * named stays as it is.
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://man7.org/linux/man-pages/man1/setpriv.1.html
 * Fds: own
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/caps.h"
#include "os/user.h"

enum { CLEAR = 1, INIT = 2, LIST = 3 };

struct setpriv {
	const char *user, *group, *groups, *bounding, *inherited, *ambient;
	int how;
	bool nnp;
};

#define STRING(name, f)                                                        \
	{                                                                      \
		name, NULL, 0, OPT_STR, offsetof(struct setpriv, f), 0         \
	}
#define HOW(name, v)                                                           \
	{                                                                      \
		name, NULL, 0, OPT_SET, offsetof(struct setpriv, how), v       \
	}
#define NNP(name)                                                              \
	{                                                                      \
		name, NULL, 0, OPT_FLAG, offsetof(struct setpriv, nnp), 0      \
	}
static const struct opt setpriv_opts[] = {
	STRING("reuid", user),
	STRING("regid", group),
	STRING("groups", groups),
	HOW("clear-groups", CLEAR),
	HOW("init-groups", INIT),
	HOW("keep-groups", 0),
	STRING("bounding-set", bounding),
	STRING("inh-caps", inherited),
	STRING("ambient-caps", ambient),
	NNP("nnp"),
	NNP("no-new-privs"),
	{0},
};

struct ids {
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS];
	size_t n;
};

static gid_t group_id(const char *s)
{
	uint64_t n;
	gid_t gid;

	if (num_arg(s, UINT32_MAX - 1, &n))
		return (gid_t)n;
	if (group_find(s, &gid, NULL) <= 0)
		die(100, "unknown group: %s", s);
	return gid;
}

static void group_list(struct ids *ids, const char *list)
{
	struct str rest = str_of(list), part;
	char name[64];

	while (str_split(&rest, ',', &part) && ids->n < USER_GROUPS) {
		if (part.n >= sizeof(name))
			die(100, "unknown group in %s", list);
		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		ids->groups[ids->n++] = group_id(name);
	}
}

static void find_ids(const struct setpriv *o, struct ids *ids)
{
	struct user u = {.name = ""};
	uint64_t n;
	int r;

	if (o->user && num_arg(o->user, UINT32_MAX - 1, &n)) {
		ids->uid = (uid_t)n;
		if (user_find_uid(ids->uid, &u, NULL) <= 0)
			u.name[0] = '\0';
	} else if (o->user) {
		if (user_find(o->user, &u, NULL) <= 0)
			die(100, "unknown user: %s", o->user);
		ids->uid = u.uid;
	}
	if (o->group)
		ids->gid = group_id(o->group);
	if (o->groups)
		group_list(ids, o->groups);
	if (o->how != INIT || !*u.name)
		return;
	r = user_groups(u.name, ids->groups, USER_GROUPS, NULL);
	ids->n = r > 0 ? (size_t)r : 0;
}

/* The set that the list makes of `now`. */
static uint64_t caps(const char *list, uint64_t now)
{
	struct str rest = str_of(list), part;
	char name[32];

	while (str_split(&rest, ',', &part)) {
		bool plus = part.n && *part.p == '+';
		uint64_t set;
		int n;

		if (part.n < 2 || part.n >= sizeof(name) ||
		    (!plus && *part.p != '-'))
			die(100, "not a list of capabilities: %s", list);
		memcpy(name, part.p + 1, part.n - 1);
		name[part.n - 1] = '\0';
		n = cap_number(name);
		if (n < 0 && strcmp(name, "all"))
			die(100, "unknown capability: %s", name);
		set = n < 0 ? cap_all : UINT64_C(1) << n;
		now = plus ? now | set : now & ~set;
	}
	return now;
}

struct capset {
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct data[2];
};

static void capset_get(struct capset *c)
{
	c->head.version = _LINUX_CAPABILITY_VERSION_3;
	c->head.pid = 0;
	if (syscall(SYS_capget, &c->head, c->data) < 0)
		die_sys(111, errno, "unable to get capabilities");
}

static uint64_t permitted(const struct capset *c)
{
	return c->data[0].permitted | (uint64_t)c->data[1].permitted << 32;
}

static void bound(const char *list)
{
	uint64_t keep = caps(list, cap_all);

	for (unsigned i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(i < 64 && keep >> i & 1) &&
		    prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			die_sys(111, errno, "unable to bound capabilities");
}

/* After the change of ids: permitted is what it was, effective is empty. */
static void set_caps(const struct setpriv *o)
{
	struct capset c;
	uint64_t may, inherited, ambient;

	capset_get(&c);
	may = permitted(&c);
	inherited = c.data[0].inheritable | (uint64_t)c.data[1].inheritable
						    << 32;
	inherited = caps(o->inherited ? o->inherited : "+all", inherited);
	if (!o->inherited)
		inherited = 0;
	ambient = o->ambient ? caps(o->ambient, 0) & may : 0;
	inherited = (inherited | ambient) & may;
	for (int i = 0; i < 2; i++) {
		c.data[i].inheritable = (uint32_t)(inherited >> 32 * i);
		c.data[i].effective = c.data[i].permitted;
	}
	if (syscall(SYS_capset, &c.head, c.data) < 0)
		die_sys(111, errno, "unable to set capabilities");
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned i = 0; i < 64; i++)
		if (ambient >> i & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
			die_sys(111, errno, "unable to raise capabilities");
}

int setpriv_main(int argc, char **argv)
{
	struct setpriv o = {0};
	int i = applet_opts("setpriv", setpriv_opts, &o, argc, argv, 1);
	struct ids ids = {.n = 0};
	bool any = o.inherited || o.ambient;

	find_ids(&o, &ids);
	if (o.bounding)
		bound(o.bounding);
	if (any && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		die_sys(111, errno, "unable to keep capabilities");
	if ((o.groups || o.how) && setgroups(ids.n, ids.groups) < 0)
		die_sys(111, errno, "unable to set groups");
	if (o.group && setgid(ids.gid) < 0)
		die_sys(111, errno, "unable to set gid %u", ids.gid);
	if (o.user && setuid(ids.uid) < 0)
		die_sys(111, errno, "unable to set uid %u", ids.uid);
	if (any)
		set_caps(&o);
	if (o.nnp && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die_sys(111, errno, "unable to set no_new_privs");
	el_exec(argv + i);
}
