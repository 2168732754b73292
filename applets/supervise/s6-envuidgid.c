// SPDX-License-Identifier: MIT
/* s6-envuidgid - set UID, GID and GIDLIST from an account
 *
 * usage: s6-envuidgid [ -i | -D uid:gid:gidlist ] [ -u | -g | -B ] [ -n ]
 *        account prog...
 *
 *  -u  only UID; account is a user
 *  -g  only GID; account is a group
 *  -B  account is user:group
 *  -n  numbers are accepted, too; without -u and -g as -B
 *  -D UID:GID:GID,...  these when the account is unknown
 *  -i  an unknown account is fatal (default)
 *
 * Exit: that of prog, 1 unknown account, 100 wrong usage, 111 system call
 *   failed, 126 prog cannot be executed, 127 prog not found.
 * See: https://skarnet.org/software/s6/s6-envuidgid.html
 * Fds: own
 */
#include <stdlib.h>

#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "ids_apply.h"
#include "os/user.h"

enum what { USER_AND_GROUPS, USER_ONLY, GROUP_ONLY, BOTH };

struct envids {
	int what;
	bool numbers;
	const char *preset; /* -D */
};

static int strict(void *opts, const struct opt *o UNUSED,
		  const char *value UNUSED, struct err *e UNUSED)
{
	((struct envids *)opts)->preset = NULL;
	return 0;
}

#define WHAT(c, v)                                                             \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct envids, what), v       \
	}
static const struct opt s6_envuidgid_opts[] = {
	WHAT('u', USER_ONLY),
	WHAT('g', GROUP_ONLY),
	WHAT('B', BOTH),
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct envids, numbers), 0},
	{NULL, NULL, 'D', OPT_STR, offsetof(struct envids, preset), 0},
	{NULL, strict, 'i', OPT_FN0, 0, 0},
	{0},
};

/* "uid:gid:gidlist", each part may be missing (0, none). */
static void read_preset(const char *s, struct ids *ids)
{
	struct str rest = str_of(s), part;
	uint32_t *id[2] = {&ids->uid, &ids->gid};

	ids->has_groups = true;
	for (int i = 0; i < 2; i++) {
		if (!str_split(&rest, ':', &part))
			return;
		if (part.n && !ids_number(part, id[i]))
			applet_usage("s6-envuidgid");
	}
	if (rest.p && !ids_groups(rest.p, ids))
		applet_usage("s6-envuidgid");
}

static void set_group(const struct envids *o, const char *name, struct ids *ids)
{
	if (!ids_group(name, o->numbers, &ids->gid) && !o->preset)
		die(1, "unknown group: %s", name);
}

/* "user:group", either may be empty: then it is as preset. */
static void look_up_both(const struct envids *o, char *account, struct ids *ids)
{
	char *colon = strchr(account, ':');
	gid_t primary;

	if (colon)
		*colon = '\0';
	if (colon && colon[1])
		set_group(o, colon + 1, ids);
	if (*account && !ids_user(account, o->numbers, &ids->uid, &primary) &&
	    !o->preset)
		die(1, "unknown user: %s", account);
}

static void look_up(const struct envids *o, const char *account, struct ids *ids)
{
	uint32_t uid;
	gid_t gid;
	int n;

	if (o->what == GROUP_ONLY) {
		set_group(o, account, ids);
		return;
	}
	ids->has_groups = true;
	if (!ids_user(account, false, &uid, &gid)) {
		if (o->what == USER_ONLY && o->numbers &&
		    ids_number(str_of(account), &ids->uid))
			return;
		if (!o->preset)
			die(1, "unknown user: %s", account);
		return;
	}
	n = user_groups(account, ids->groups, IDS_GROUPS, NULL);
	ids->uid = uid;
	ids->gid = gid;
	ids->ngroups = n < 0 ? 0 : (size_t)n;
}

static void put_list(const struct ids *ids)
{
	struct buf b = {0};

	for (size_t i = 0; i < ids->ngroups; i++)
		buf_addf(&b, "%s%u", i ? "," : "", (unsigned)ids->groups[i]);
	el_setenv("GIDLIST", buf_str(&b));
	buf_free(&b);
}

int s6_envuidgid_main(int argc, char **argv)
{
	struct envids o = {0};
	struct ids ids = {0};
	int i = applet_opts("s6-envuidgid", s6_envuidgid_opts, &o, argc, argv,
			    2);

	if (o.preset)
		read_preset(o.preset, &ids);
	if (o.numbers && o.what == USER_AND_GROUPS)
		o.what = BOTH;
	if (o.what == BOTH)
		look_up_both(&o, argv[i], &ids);
	else
		look_up(&o, argv[i], &ids);
	if (o.what != GROUP_ONLY)
		el_setenv_num("UID", ids.uid);
	if (o.what != USER_ONLY)
		el_setenv_num("GID", ids.gid);
	if (o.what == USER_AND_GROUPS)
		put_list(&ids);
	el_exec(argv + i + 1);
}
