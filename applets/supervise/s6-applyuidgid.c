// SPDX-License-Identifier: MIT
/* s6-applyuidgid - run a program with other ids
 *
 * usage: s6-applyuidgid [ -z ] [ -u uid ] [ -g gid ] [ -G gidlist ] [ -U ]
 *        prog...
 *
 * In the order given; uid 0 and gid 0 mean: leave it.
 *  -u UID  -g GID  -G GID,GID...  supplementary groups
 *  -U  UID, GID and GIDLIST of the environment
 *  -z  prog does not get these three variables
 *
 * Exit: that of prog, 100 wrong usage, 111 system call failed, 126 prog cannot
 *   be executed, 127 prog not found.
 * See: https://skarnet.org/software/s6/s6-applyuidgid.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "execline.h"
#include "ids_apply.h"

struct apply {
	struct ids ids;
	bool unset;
};

static int set_id(void *opts, const struct opt *o, const char *value,
		  struct err *e)
{
	struct apply *a = opts;
	uint32_t *id = o->letter == 'u' ? &a->ids.uid : &a->ids.gid;

	return ids_number(str_of(value), id) ? 0 : err_set(e, 0, "%s", value);
}

static int set_list(void *opts, const struct opt *o UNUSED, const char *value,
		    struct err *e)
{
	struct apply *a = opts;

	return ids_groups(value, &a->ids) ? 0 : err_set(e, 0, "%s", value);
}

static int set_env(void *opts, const struct opt *o UNUSED,
		   const char *value UNUSED, struct err *e UNUSED)
{
	ids_from_env(&((struct apply *)opts)->ids);
	return 0;
}

static const struct opt s6_applyuidgid_opts[] = {
	{NULL, set_id, 'u', OPT_FN, 0, 0},
	{NULL, set_id, 'g', OPT_FN, 0, 0},
	{NULL, set_list, 'G', OPT_FN, 0, 0},
	{NULL, set_env, 'U', OPT_FN0, 0, 0},
	{NULL, NULL, 'z', OPT_FLAG, offsetof(struct apply, unset), 0},
	{0},
};

int s6_applyuidgid_main(int argc, char **argv)
{
	struct apply a = {0};
	int i = applet_opts("s6-applyuidgid", s6_applyuidgid_opts, &a, argc,
			    argv, 1);

	ids_apply(&a.ids);
	if (a.unset) {
		el_unsetenv("UID");
		el_unsetenv("GID");
		el_unsetenv("GIDLIST");
	}
	el_exec(argv + i);
}
