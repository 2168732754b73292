// SPDX-License-Identifier: MIT
/* sv - show and control services, with runit's words
 *
 * usage: sv [ -v ] [ -w seconds ] command services...
 *
 * A service is a path (with a slash) or a name in $SVDIR or the scandir.
 *  status        state of the service and its logger
 *  up  down  once  pause  cont  hup  alarm  interrupt  quit  1  2  term  kill
 *                send this; the first letter is enough
 *  exit          down, and the supervisor leaves
 *  start  stop  restart  reload  shutdown  try-restart  check
 *                send, wait for the effect and show it
 *  force-stop  force-restart  force-reload  force-shutdown
 *                and kill what does not obey in time
 *  -v  wait and show for the first words, too
 *  -w SEC  how long (7, or $SVWAIT)
 *
 * Exit: 0 ok, n services failed (at most 99), 100 wrong usage.
 * See: http://smarden.org/runit/sv.8.html
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/fd.h"
#include "s6.h"
#include "sv_send.h"
#include "sv_stat.h"
#include "sv_wait.h"

enum { WAIT = 7 };

struct sv {
	bool verbose;
	uint32_t wait; /* seconds */
};

static const struct opt sv_opts[] = {
	{NULL, NULL, 'v', OPT_FLAG, offsetof(struct sv, verbose), 0},
	{NULL, NULL, 'w', OPT_U32, offsetof(struct sv, wait), 0},
	{0},
};

/* What a word sends, and what it then waits for: a state of sv_wait, 'l' = the
 * supervisor has left, 0 = nothing. */
struct word {
	char name[12];
	char send[4];
	char wait;
	bool always; /* waits without -v, too */
};

static const struct word words[] = {
	{"start", "u", 'u', true},     {"stop", "d", 'D', true},
	{"restart", "rcu", 'r', true}, {"reload", "h", 0, true},
	{"shutdown", "dx", 'l', true}, {"try-restart", "rc", 'r', true},
	{"check", "", 'u', true},      {"up", "u", 'u', false},
	{"down", "d", 'D', false},     {"once", "o", 'u', false},
	{"pause", "p", 0, false},      {"cont", "c", 0, false},
	{"hup", "h", 0, false},	       {"alarm", "a", 0, false},
	{"interrupt", "i", 0, false},  {"quit", "q", 0, false},
	{"1", "1", 0, false},	       {"2", "2", 0, false},
	{"term", "t", 0, false},       {"kill", "k", 0, false},
	{"exit", "dx", 'l', false},
};

static const struct word *find(const char *name)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	/* the plain words may be cut short */
	for (size_t i = 0; i < COUNT(words); i++)
		if (!words[i].always && words[i].name[0] == name[0])
			return &words[i];
	return NULL;
}

static void find_dir(char out[PATH_MAX], const char *name)
{
	const char *svdir = getenv("SVDIR");
	char scandir[PATH_MAX];
	size_t n = strlen(name);

	if (strchr("/.", *name) || (n && name[n - 1] == '/')) {
		snprintf(out, PATH_MAX, "%s", name);
		return;
	}
	if (!svdir && s6_scandir_find(scandir, NULL, NULL, NULL) == 0)
		svdir = scandir;
	if (snprintf(out, PATH_MAX, "%s/%s", svdir ? svdir : "/etc/service",
		     name) >= PATH_MAX)
		die(100, "name too long: %s", name);
}

/* "run: NAME: (pid 12) 3s, ..." as runit says it. */
static void put_state(struct buf *b, const char *name, const struct sv_stat *s)
{
	const char *word = s->up ? "run" : s->st.pid ? "finish" : "down";

	buf_addf(b, "%s: %s: ", word, name);
	if (s->st.pid)
		buf_addf(b, "(pid %d) ", (int)s->st.pid);
	buf_addf(b, "%llus", (unsigned long long)s->seconds);
	if (s->up != s->normally_up)
		buf_addf(b, ", normally %s", s->normally_up ? "up" : "down");
	if (s->up && s->st.paused)
		buf_adds(b, ", paused");
	if (s->up != s->st.want_up)
		buf_addf(b, ", want %s", s->st.want_up ? "up" : "down");
	if (s->up && s->st.ready)
		buf_adds(b, ", ready");
	if (s->last_error[0])
		buf_addf(b, ", %s", s->last_error);
}

/* One line about the service and its logger; 0, or 1 when it cannot be told. */
static int show(const char *prefix, const char *name, const char *dir)
{
	struct buf b = {0};
	struct sv_stat s;
	struct stat st;
	char log[PATH_MAX];
	int r = sv_stat_read(dir, &s);

	if (r)
		return 1;
	buf_adds(&b, prefix);
	put_state(&b, name, &s);
	if (snprintf(log, sizeof log, "%s/log", dir) < (int)sizeof log &&
	    stat(log, &st) == 0 && S_ISDIR(st.st_mode) &&
	    sv_stat_read(log, &s) == 0) {
		buf_adds(&b, "; ");
		put_state(&b, "log", &s);
	}
	buf_addc(&b, '\n');
	r = fd_write(1, buf_str(&b), b.len, NULL) < 0;
	buf_free(&b);
	return r;
}

/* ./check says whether a service that is up is good. */
static bool check_script(const char *dir)
{
	char path[PATH_MAX], *argv[] = {path, NULL};

	if (snprintf(path, sizeof path, "%s/check", dir) >= (int)sizeof path ||
	    access(path, X_OK) < 0)
		return true;
	return el_run(argv) == 0;
}

static bool supervised(const char *dir)
{
	char path[PATH_MAX];

	return s6_place(path, dir, S6_LOCK, NULL) == 0 &&
	       s6_lock_test(AT_FDCWD, path, NULL) == 1;
}

/* Waits for the word's effect after it is sent; 0 = reached. */
static int send_and_wait(const struct sv *o, const struct word *w,
			 const char *dir, bool was_up)
{
	struct sv_goal g = {.state = w->wait, .timeout = o->wait * 1000};
	char *dirs[] = {(char *)dir};
	struct sv_waiter *wait;
	int64_t end = clock_mono_ms() + g.timeout;

	if (g.state == 'r' && !was_up)
		g.state = w->send[2] ? 'u' : 0;
	if (!g.state || g.state == 'l') {
		if (sv_send(dir, w->send, strlen(w->send)))
			return 1;
		while (g.state && supervised(dir) && clock_mono_ms() < end)
			usleep(20000);
		return g.state && supervised(dir);
	}
	wait = sv_wait_open(dirs, 1);
	if (*w->send && sv_send(dir, w->send, strlen(w->send))) {
		sv_wait_close(wait);
		return 1;
	}
	if (sv_wait(wait, &g))
		return 1;
	return g.state == 'D' ? 0 : !check_script(dir);
}

static int control(const struct sv *o, const struct word *w, bool force,
		   const char *name)
{
	char dir[PATH_MAX];
	struct sv_stat s;
	int r;

	find_dir(dir, name);
	if (!w)
		return show("", name, dir);
	if (!w->always && !o->verbose)
		return sv_send(dir, w->send, strlen(w->send)) != 0;
	if (sv_stat_read(dir, &s))
		return 1;
	r = send_and_wait(o, w, dir, s.up);
	if (r && force) {
		show("timeout: ", name, dir);
		if (sv_send(dir, "kc", 2) == 0)
			r = send_and_wait(o, w, dir, s.up);
	}
	if (w->wait == 'l') {
		dprintf(1, "%s: %s: supervisor has %sleft\n",
			r ? "timeout" : "ok", name, r ? "not " : "");
		return r;
	}
	return show(r ? "timeout: " : "ok: ", name, dir) || r;
}

int sv_main(int argc, char **argv)
{
	const char *svwait = getenv("SVWAIT");
	struct sv o = {.wait = WAIT};
	uint64_t seconds;

	if (svwait && num_arg(svwait, INT32_MAX / 1000, &seconds))
		o.wait = (uint32_t)seconds;
	int i = applet_opts("sv", sv_opts, &o, argc, argv, 2), failed = 0;
	const char *command = argv[i];
	bool force = !strncmp(command, "force-", 6);
	const struct word *w = find(command + (force ? 6 : 0));

	if (strncmp(command, "status", strlen(command)) == 0)
		w = NULL;
	else if (!w || (force && !w->always))
		applet_usage("sv");
	while (argv[++i])
		failed += control(&o, w, force, argv[i]);
	return failed < 99 ? failed : 99;
}
