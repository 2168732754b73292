// SPDX-License-Identifier: MIT
/* start - start, stop, restart, reload or signal a service, and wait
 *
 * usage: start [-n] [-t DURATION] [--scandir DIR] NAME...
 *        stop | restart [-n] [-t DURATION] [--scandir DIR] NAME...
 *        reload [--scandir DIR] [ NAME... ]
 *        signal [--scandir DIR] NAME SIGNAL
 *
 *  start    up and ready, and before it whatever it depends on
 *  stop     down, its finish being over; it stays down, and when its turn in
 *           the boot is yet to come, what needs it waits
 *  restart  stopped as `stop` does, then started
 *  reload   sends its reload signal (file reload-signal, else HUP); without a
 *           name init reads its sources again, s6-svscan its scandir
 *  signal   sends this signal: HUP, USR1, 15 ...
 *
 * Waits until that is so, at most 60 seconds. A service is a name in the live
 * scandir; any that s6-svscan or init supervises will do. A bundle, as N
 * instances are, is its members.
 *  -t, --timeout DURATION  another time to wait for each; 0 = without end
 *  -n, --no-wait           only gives the order
 *  --scandir DIR           where the services are
 *
 * Exit: 0 done, 1 it failed for good, 99 timed out, 100 wrong usage or no
 *   such service, 111 system call failed.
 * See: README.md
 * Alias: stop restart reload signal
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "os/signal.h"
#include "survey.h"

struct start {
	int64_t timeout; /* ns */
	bool no_wait;
	const char *scandir;
};

static const struct opt start_opts[] = {
	{"timeout", NULL, 't', OPT_DUR, offsetof(struct start, timeout), 0},
	{"no-wait", NULL, 'n', OPT_FLAG, offsetof(struct start, no_wait), 0},
	{"scandir", NULL, 0, OPT_STR, offsetof(struct start, scandir), 0},
	{0},
};

/* Control bytes of the signals that have one; the others cannot be sent. */
static char byte_of(int sig)
{
	static const struct {
		int sig;
		char byte;
	} table[] = {{SIGALRM, 'a'}, {SIGABRT, 'b'}, {SIGQUIT, 'q'},
		     {SIGHUP, 'h'},  {SIGKILL, 'k'}, {SIGTERM, 't'},
		     {SIGINT, 'i'},  {SIGUSR1, '1'}, {SIGUSR2, '2'},
		     {SIGSTOP, 'p'}, {SIGCONT, 'c'}, {SIGWINCH, 'y'}};

	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].sig == sig)
			return table[i].byte;
	return 0;
}

/* Any other signal goes to the process itself. */
static int send_signal(const struct survey *v, const struct survey_service *s,
		       int sig, struct err *e)
{
	char byte[2] = {byte_of(sig)};

	if (!s->up)
		return err_set(e, ESRCH, "%s is not up", s->name);
	if (*byte)
		return survey_act(v, s, byte, SURVEY_GOAL_NONE, 0, e);
	return kill(s->st.pid, sig) < 0
		       ? err_set(e, errno, "unable to signal %s", s->name)
		       : 0;
}

static int reload(const struct survey *v, const struct survey_service *s,
		  struct err *e)
{
	char path[PATH_MAX + NAME_MAX + 32];
	int sig = SIGHUP;

	snprintf(path, sizeof(path), "%s/%s/reload-signal", v->scandir, s->name);
	if (sig_file(AT_FDCWD, path, &sig, e) < 0)
		return -1;
	return send_signal(v, s, sig, e);
}

static int64_t deadline(const struct start *o)
{
	return o->timeout ? clock_mono_ms() + dur_ms(o->timeout) : CLOCK_NEVER;
}

/* What it depends on comes first; a bundle is its members. */
static int start(const struct start *o, const struct survey *v,
		 struct survey_service *s, struct err *e)
{
	bool bundle = s->type == SURVEY_BUNDLE;

	if (s->seen)
		return 0;
	s->seen = true;
	for (char **d = s->deps; *d && (bundle || !o->no_wait); d++) {
		struct survey_service *m = survey_get(v, *d);

		if (!m)
			return err_set(e, ENOENT, "%s needs %s", s->name, *d);
		if (!survey_ready(v, m) && start(o, v, m, e) < 0)
			return -1;
	}
	if (bundle || (s->type == SURVEY_ONESHOT && s->state == SURVEY_DONE))
		return 0;
	return survey_act(v, s, "u",
			  o->no_wait ? SURVEY_GOAL_NONE : SURVEY_GOAL_UP,
			  deadline(o), e);
}

static int stop(const struct start *o, const struct survey *v,
		const struct survey_service *s, struct err *e)
{
	if (s->type != SURVEY_LONGRUN)
		return err_set(e, EINVAL, "%s is no service", s->name);
	return survey_act(v, s, "d",
			  o->no_wait ? SURVEY_GOAL_NONE : SURVEY_GOAL_DOWN,
			  deadline(o), e);
}

/* One write: whatever its policy, the order to stop comes with the order to
 * start again, and timeout-kill counts. */
static int restart(const struct start *o, const struct survey *v,
		   struct survey_service *s, struct err *e)
{
	if (s->type != SURVEY_LONGRUN || !s->up)
		return start(o, v, s, e);
	return survey_act(v, s, "du",
			  o->no_wait ? SURVEY_GOAL_NONE : SURVEY_GOAL_RESTART,
			  deadline(o), e);
}

static int act(const struct start *o, const char *verb, const struct survey *v,
	       struct survey_service *s, struct err *e);

/* A bundle (N instances of one service) is its members. */
static int members(const struct start *o, const char *verb,
		   const struct survey *v, struct survey_service *s,
		   struct err *e)
{
	bool again = s->seen;

	s->seen = true;
	for (char **d = s->deps; !again && *d; d++) {
		struct survey_service *m = survey_get(v, *d);

		if (!m)
			return err_set(e, ENOENT, "%s holds %s", s->name, *d);
		if (act(o, verb, v, m, e) < 0)
			return -1;
	}
	return 0;
}

static int act(const struct start *o, const char *verb, const struct survey *v,
	       struct survey_service *s, struct err *e)
{
	if (s->type == SURVEY_BUNDLE && strcmp(verb, "start"))
		return members(o, verb, v, s, e);
	if (!strcmp(verb, "stop"))
		return stop(o, v, s, e);
	if (!strcmp(verb, "restart"))
		return restart(o, v, s, e);
	if (!strcmp(verb, "reload"))
		return reload(v, s, e);
	return start(o, v, s, e);
}

static int exit_code(const struct err *e)
{
	switch (e->num) {
	case ETIMEDOUT:
		return 99;
	case ECANCELED:
		return 1;
	case ENXIO:
	case ENOENT:
	case EINVAL:
	case ESRCH:
		return 100;
	default:
		return 111;
	}
}

static struct survey_service *find(const struct survey *v, const char *name)
{
	struct survey_service *s = survey_get(v, name);

	if (!s)
		die(100, "%s: no such service in %s", name, v->scandir);
	return s;
}

static int rescan(char *scandir)
{
	char *words[] = {(char *)"s6-svscanctl", (char *)"-h", scandir, NULL};

	return s6_svscanctl_main(3, words);
}

int start_main(int argc, char **argv)
{
	const char *verb = argv[0];
	bool is_signal = !strcmp(verb, "signal");
	bool is_reload = !strcmp(verb, "reload");
	struct start o = {.timeout = 60 * DUR_S};
	int i = applet_opts(verb, start_opts, &o, argc, argv,
			    1 + is_signal - is_reload);
	int sig = is_signal ? signal_number(argv[i + 1]) : 0, code = 0;
	char scandir[PATH_MAX];
	struct survey v;
	struct err e;

	if (is_signal && (!sig || argv[i + 2]))
		applet_usage(verb);
	if (survey_find(scandir, o.scandir, &e) < 0)
		die(100, "%s", e.text);
	if (!argv[i])
		return rescan(scandir);
	for (char **name = argv + i; *name; name++) {
		/* read anew: what was done may have changed the others */
		if (survey_load(&v, scandir, &e) < 0)
			die(111, "%s", e.text);
		struct survey_service *s = find(&v, *name);

		if ((is_signal ? send_signal(&v, s, sig, &e)
			       : act(&o, verb, &v, s, &e)) < 0) {
			say_fatal("unable to %s %s: %s", verb, *name, e.text);
			code = exit_code(&e);
		}
		survey_free(&v);
		if (is_signal)
			break;
	}
	return code;
}
