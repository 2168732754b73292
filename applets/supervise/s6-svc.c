// SPDX-License-Identifier: MIT
/* s6-svc - send commands to supervised services
 *
 * usage: s6-svc [ -wu | -wU | -wd | -wD | -wr | -wR ] [ -T timeout ]
 *        [ -s signal ] [ -abqhkti12pcyroduDUxOQlPCK ] servicedir...
 *
 * Letters are commands, sent in the order given, at most 62:
 *  -a ALRM  -b ABRT  -q QUIT  -h HUP  -k KILL  -t TERM  -i INT  -1 USR1
 *  -2 USR2  -p STOP  -c CONT  -y WINCH  -s NAME  signal by name or number
 *  -P -C -K  as p, c, k to the process group
 *  -r  restart signal          -l  reload signal
 *  -u  up                      -d  down (down signal, then CONT)
 *  -U  up, remove ./down       -D  down, make ./down
 *  -o  once                    -O  at most once: no restart
 *  -Q  as -O, make ./down      -x  the supervisor leaves after the service
 *  -wX  wait for state X of u U d D r R, as s6-svwait does
 *  -T, --timeout MS  for -w (0: never)
 *
 * Exit: 0 sent (and reached), 1 failed for good, 99 timed out, 100 wrong usage
 *   or not supervised, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svc.html
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "os/signal.h"
#include "s6.h"
#include "sv_send.h"
#include "sv_wait.h"

enum { COMMANDS = 62 };

struct svc {
	struct sv_goal goal;
	char cmd[COMMANDS];
	unsigned n;
};

static int add(void *opts, const struct opt *o, const char *value UNUSED,
	       struct err *e UNUSED)
{
	struct svc *s = opts;

	if (s->n == COMMANDS)
		die(100, "too many commands");
	s->cmd[s->n++] = o->letter;
	return 0;
}

static int add_signal(void *opts, const struct opt *o UNUSED, const char *value,
		      struct err *e)
{
	static const struct {
		char sig, letter;
	} map[] = {
		{SIGALRM, 'a'}, {SIGABRT, 'b'}, {SIGQUIT, 'q'}, {SIGHUP, 'h'},
		{SIGKILL, 'k'}, {SIGTERM, 't'}, {SIGINT, 'i'},	{SIGUSR1, '1'},
		{SIGUSR2, '2'}, {SIGSTOP, 'p'}, {SIGCONT, 'c'}, {SIGWINCH, 'y'},
	};
	int sig = signal_number(value);

	if (!sig)
		die(100, "invalid signal: %s", value);
	for (size_t i = 0; i < COUNT(map); i++)
		if (map[i].sig == sig)
			return add(opts, &(struct opt){.letter = map[i].letter},
				   "", e);
	die(100, "%s is not in the list of user-available signals", value);
}

static int want(void *opts, const struct opt *o UNUSED, const char *value,
		struct err *e)
{
	struct svc *s = opts;

	if (!*value || !strchr("uUdDrR", *value))
		return err_set(e, 0, "%s", "");
	s->goal.state = (unsigned char)*value;
	return 0;
}

#define CMD(c)                                                                 \
	{                                                                      \
		NULL, add, c, OPT_FN0, 0, 0                                    \
	}
static const struct opt s6_svc_opts[] = {
	CMD('a'),
	CMD('b'),
	CMD('q'),
	CMD('h'),
	CMD('k'),
	CMD('t'),
	CMD('i'),
	CMD('1'),
	CMD('2'),
	CMD('p'),
	CMD('c'),
	CMD('y'),
	CMD('r'),
	CMD('o'),
	CMD('d'),
	CMD('u'),
	CMD('D'),
	CMD('U'),
	CMD('x'),
	CMD('O'),
	CMD('Q'),
	CMD('l'),
	CMD('P'),
	CMD('C'),
	CMD('K'),
	{NULL, add_signal, 's', OPT_FN, 0, 0},
	{NULL, want, 'w', OPT_FN, 0, 0},
	{"timeout", NULL, 'T', OPT_U32, offsetof(struct svc, goal.timeout), 0},
	{0},
};

/* -wU of a service that never signals readiness would wait for ever. */
static void check_ready(struct sv_goal *g, const char *dir)
{
	char path[PATH_MAX];

	if (g->state != 'U' && g->state != 'R')
		return;
	snprintf(path, sizeof path, "%s/notification-fd", dir);
	if (access(path, F_OK) == 0)
		return;
	if (errno != ENOENT)
		die_sys(111, errno, "unable to access %s", path);
	say_warn("%s not present - ignoring request for readiness notification",
		 path);
	g->state = g->state == 'U' ? 'u' : 'r';
}

static int send_all(const struct svc *s, char **dirs)
{
	int code = 0;

	for (; *dirs; dirs++) {
		int r = sv_send(*dirs, s->cmd, s->n);

		if (r && !code)
			code = r;
	}
	return code;
}

int s6_svc_main(int argc, char **argv)
{
	struct svc s = {0};
	int i = applet_opts("s6-svc", s6_svc_opts, &s, argc, argv, 1);
	size_t n = (size_t)(argc - i);

	for (size_t k = 0; k < n; k++) {
		if (!argv[i + (int)k][0])
			die(100, "invalid service path");
		check_ready(&s.goal, argv[i + (int)k]);
	}
	if (!s.goal.state)
		return send_all(&s, argv + i);
	/* from here on it is one of these that speaks */
	const char *as = !s.n	 ? "s6-svwait"
			 : n > 1 ? "s6-svlisten"
				 : "s6-svlisten1";
	s.goal.over = s.n;
	say_prog(as);
	struct sv_waiter *w = sv_wait_open(argv + i, n);
	say_prog("s6-svc");
	int code = s.n ? send_all(&s, argv + i) : 0;
	if (code) {
		sv_wait_close(w);
		return code;
	}
	say_prog(as);
	return sv_wait_exit(sv_wait(w, &s.goal));
}
