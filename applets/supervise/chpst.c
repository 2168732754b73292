// SPDX-License-Identifier: MIT
/* chpst - run a program with a changed process state
 *
 * usage: chpst [ -vP012 ] [ -u user ] [ -U user ] [ -b argv0 ] [ -e dir ]
 *        [ -/ root ] [ -C pwd ] [ -n inc ] [ -l | -L lock ] [ -m bytes ]
 *        [ -d bytes ] [ -o n ] [ -p n ] [ -f bytes ] [ -c bytes ] [ -r bytes ]
 *        [ -t seconds ] prog...
 *
 *  -u USER[:GROUP[:GROUP...]]  as this user; :UID:GID...  by numbers
 *  -U USER  variables UID and GID  -e DIR  variables from files (s6-envdir)
 *  -/ DIR  chroot                  -C DIR  working directory
 *  -n INC  nice                    -P  a session of its own
 *  -l FILE  wait for its lock      -L FILE  do not wait
 *  -b NAME  as argv[0]             -0 -1 -2  close these descriptors
 *  -m  memory: data, stack, locked and all; -d data; -o open files;
 *  -p  processes; -f file size; -c core size; -r resident; -t CPU time
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: http://smarden.org/runit/chpst.8.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "env_dir.h"
#include "execline.h"
#include "ids_apply.h"
#include "os/fd.h"

enum { CLOSE_0 = 1, CLOSE_1 = 2, CLOSE_2 = 4 };

struct chpst {
	const char *user, *env_user, *argv0, *env, *root, *pwd, *lock;
	int nice;
	bool wait, verbose, session;
	unsigned closed;
};

static int set_lock(void *opts, const struct opt *o, const char *value,
		    struct err *e UNUSED)
{
	struct chpst *c = opts;

	c->lock = value;
	c->wait = o->letter == 'l';
	return 0;
}

/* Limits are set as they come; -m is four of them. */
static int set_limit(void *opts UNUSED, const struct opt *o, const char *value,
		     struct err *e)
{
	static const int memory[] = {RLIMIT_DATA, RLIMIT_STACK, RLIMIT_MEMLOCK,
				     RLIMIT_AS};
	const int *which = o->val < 0 ? memory : &o->val;
	size_t n = o->val < 0 ? COUNT(memory) : 1;
	struct rlimit r;
	uint64_t v;

	if (!num_arg(value, UINT64_MAX, &v))
		return err_set(e, 0, "%s", value);
	for (size_t i = 0; i < n; i++) {
		if (getrlimit(which[i], &r) < 0)
			die_sys(111, errno, "unable to getrlimit");
		r.rlim_cur = v < r.rlim_max ? v : r.rlim_max;
		if (setrlimit(which[i], &r) < 0)
			die_sys(111, errno, "unable to setrlimit");
	}
	return 0;
}

#define STR_OPT(c, f)                                                          \
	{                                                                      \
		NULL, NULL, c, OPT_STR, offsetof(struct chpst, f), 0           \
	}
#define LIMIT(c, what)                                                         \
	{                                                                      \
		NULL, set_limit, c, OPT_FN, 0, what                            \
	}
#define CLOSE(c, bit)                                                          \
	{                                                                      \
		NULL, NULL, c, OPT_BIT, offsetof(struct chpst, closed), bit    \
	}
static const struct opt chpst_opts[] = {
	STR_OPT('u', user),
	STR_OPT('U', env_user),
	STR_OPT('b', argv0),
	STR_OPT('e', env),
	STR_OPT('/', root),
	STR_OPT('C', pwd),
	{NULL, NULL, 'n', OPT_INT, offsetof(struct chpst, nice), 0},
	{NULL, set_lock, 'l', OPT_FN, 0, 0},
	{NULL, set_lock, 'L', OPT_FN, 0, 0},
	LIMIT('m', -1),
	LIMIT('d', RLIMIT_DATA),
	LIMIT('o', RLIMIT_NOFILE),
	LIMIT('p', RLIMIT_NPROC),
	LIMIT('f', RLIMIT_FSIZE),
	LIMIT('c', RLIMIT_CORE),
	LIMIT('r', RLIMIT_RSS),
	LIMIT('t', RLIMIT_CPU),
	{NULL, NULL, 'v', OPT_FLAG, offsetof(struct chpst, verbose), 0},
	{NULL, NULL, 'P', OPT_FLAG, offsetof(struct chpst, session), 0},
	CLOSE('0', CLOSE_0),
	CLOSE('1', CLOSE_1),
	CLOSE('2', CLOSE_2),
	{0},
};

/* user[:group...] or :uid:gid...; the groups after the first one are
 * supplementary. */
static void read_user(const char *s, struct ids *ids)
{
	bool numbers = *s == ':';
	struct str rest = str_of(s + numbers), part;
	char name[64];
	gid_t primary;
	int n = 0;

	ids->has_groups = true;
	for (int i = 0; str_split(&rest, ':', &part); i++) {
		uint32_t id;

		if (part.n >= sizeof name)
			die(111, "unknown user or group: %s", s);
		memcpy(name, part.p, part.n);
		name[part.n] = '\0';
		if (numbers ? !ids_number(part, &id)
		    : i	    ? !ids_group(name, false, &id)
			    : !ids_user(name, false, &id, &primary))
			die(111, "unknown user or group: %s", name);
		if (!i) {
			ids->uid = id;
			ids->gid = numbers ? 0 : primary;
		} else if (i == 1) {
			ids->gid = id;
		} else if (ids->ngroups < IDS_GROUPS) {
			ids->groups[ids->ngroups++] = id;
		}
		n = i;
	}
	if (numbers && !n)
		die(111, "invalid uid/gids: %s", s + 1);
}

static void take_lock(const struct chpst *o)
{
	struct err e;
	int fd =
		open(o->lock, O_WRONLY | O_NONBLOCK | O_CREAT | O_APPEND, 0600);

	if (fd < 0)
		die_sys(111, errno, "unable to open %s", o->lock);
	if (fd_lock(fd, false, o->wait, &e) < 0)
		die_sys(111, e.num, "unable to lock %s", o->lock);
}

static void set_ids_env(const char *user)
{
	struct ids ids = {0};

	read_user(user, &ids);
	el_setenv_num("UID", ids.uid);
	el_setenv_num("GID", ids.gid);
}

/* In runit's order: what needs the old root and user first. */
static void change(const struct chpst *o)
{
	static const struct envdir plain;
	struct ids ids = {0};
	struct err e;

	if (o->session && setsid() < 0)
		die_sys(111, errno, "unable to setsid");
	if (o->user)
		read_user(o->user, &ids);
	if (o->env_user)
		set_ids_env(o->env_user);
	if (o->env && env_dir_read(&plain, o->env, &e) < 0)
		die_sys(111, e.num, "unable to read directory %s", o->env);
	if (o->root && (chdir(o->root) < 0 || chroot(".") < 0))
		die_sys(111, errno, "unable to change root to %s", o->root);
	if (o->pwd && chdir(o->pwd) < 0)
		die_sys(111, errno, "unable to change directory to %s", o->pwd);
	errno = 0;
	if (o->nice && nice(o->nice) == -1 && errno)
		die_sys(111, errno, "unable to set nice level");
	if (o->lock)
		take_lock(o);
	if (o->user)
		ids_apply(&ids);
	for (int fd = 0; fd < 3; fd++)
		if (o->closed >> fd & 1)
			close(fd);
}

int chpst_main(int argc, char **argv)
{
	struct chpst o = {0};
	int i = applet_opts("chpst", chpst_opts, &o, argc, argv, 1);
	struct el_exec how = {.argv0 = o.argv0};

	change(&o);
	if (o.verbose)
		say_info("executing %s", argv[i]);
	el_exec_how(&how, argv + i);
}
