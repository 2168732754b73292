// SPDX-License-Identifier: MIT
/* s6-softlimit - run a program with other resource limits
 *
 * usage: s6-softlimit [ -h | -H ] [ -a allbytes ] [ -c corebytes ] [ -d
 *        databytes ] [ -f filebytes ] [ -l lockbytes ] [ -m membytes ] [ -o
 *        openfiles ] [ -p processes ] [ -r residentbytes ] [ -s stackbytes ]
 *        [ -t cpusecs ] prog...
 *
 * Options count in their order; "=" is as much as possible. -m is -d -s -l -a.
 *  -h  what follows are hard limits; -H  soft and hard ones
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/s6/s6-softlimit.html
 * Alias: softlimit
 * Fds: own
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

enum { SOFT = 1, HARD = 2 };

struct softlimit {
	int which;
};

static void set(int resource, const char *value, int which)
{
	uint64_t v = 0;
	bool most = !strcmp(value, "=");
	struct rlimit r;

	if (!most && !num_arg(value, UINT64_MAX, &v))
		applet_usage("s6-softlimit");
	if (getrlimit(resource, &r) < 0)
		die_sys(111, errno, "unable to getrlimit");
	if (which & HARD)
		r.rlim_max = most ? RLIM_INFINITY : v;
	if (which & SOFT)
		r.rlim_cur = most || v > r.rlim_max ? r.rlim_max : v;
	if (setrlimit(resource, &r) < 0)
		die_sys(111, errno, "unable to setrlimit");
}

static int set_one(void *opts, const struct opt *o, const char *value,
		   struct err *e UNUSED)
{
	set(o->val, value, ((struct softlimit *)opts)->which);
	return 0;
}

static int set_memory(void *opts, const struct opt *o UNUSED, const char *value,
		      struct err *e UNUSED)
{
	static const int all[] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_MEMLOCK,
				  RLIMIT_AS};

	for (size_t i = 0; i < COUNT(all); i++)
		set(all[i], value, ((struct softlimit *)opts)->which);
	return 0;
}

#define LIMIT(c, what)                                                         \
	{                                                                      \
		NULL, set_one, c, OPT_FN, 0, what                              \
	}
static const struct opt s6_softlimit_opts[] = {
	{NULL, NULL, 'h', OPT_SET, offsetof(struct softlimit, which), HARD},
	{NULL, NULL, 'H', OPT_SET, offsetof(struct softlimit, which),
	 HARD | SOFT},
	LIMIT('a', RLIMIT_AS),
	LIMIT('c', RLIMIT_CORE),
	LIMIT('d', RLIMIT_DATA),
	LIMIT('f', RLIMIT_FSIZE),
	LIMIT('l', RLIMIT_MEMLOCK),
	{NULL, set_memory, 'm', OPT_FN, 0, 0},
	LIMIT('o', RLIMIT_NOFILE),
	LIMIT('p', RLIMIT_NPROC),
	LIMIT('r', RLIMIT_RSS),
	LIMIT('s', RLIMIT_STACK),
	LIMIT('t', RLIMIT_CPU),
	{0},
};

int s6_softlimit_main(int argc, char **argv)
{
	struct softlimit o = {SOFT};
	int i = applet_opts("s6-softlimit", s6_softlimit_opts, &o, argc, argv,
			    1);

	el_exec(argv + i);
}
