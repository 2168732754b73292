// SPDX-License-Identifier: MIT
/* boot.c - init's process: the child that compiles the sources, signals and
 * the control FIFO, and the code it ends with. Nothing is parsed here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/inner.h"

enum {
	SECOND_TERM_MS = 200, /* an earlier second one is the first one's echo */
	QUIET_MS = 300, /* nothing happened so long: memory is given back */
	STRAYS_MS = 3000, /* between SIGTERM and SIGKILL of unknown processes */
	STOP_TIMEOUT_MS = 9000, /* below the 10 s of most orchestrators */
};

/* --- what it is told --- */

static void on_quiet(struct loop_timer *t)
{
	(void)t;
	mem_rest();
}

void boot_not_quiet(struct init *in)
{
	loop_timer_set(&in->loop, &in->quiet, clock_mono_ms() + QUIET_MS,
		       on_quiet, NULL);
}

static void command(struct init *in, char byte)
{
	switch (byte) {
	case 'z':
		supervisor_reap(&in->sup);
		break;
	case 'a':
		if (!in->leaving) /* else the end of the reload does it */
			scandir_scan(&in->dir);
		break;
	case 'h':
		reload_ask(in);
		break;
	case 'n':
	case 'N':
		scandir_prune(&in->dir, byte == 'N');
		break;
	case 't':
	case 'i':
	case 'q':
		stop_begin(in, true);
		break;
	case 'b':
		loop_stop(&in->loop);
		break;
	}
}

static bool read_control(struct init *in)
{
	char b[256];
	ssize_t n = read(in->control.fd, b, sizeof(b));

	for (ssize_t i = 0; i < n; i++)
		command(in, b[i]);
	return n > 0;
}

static void on_control(struct loop_fd *w, uint32_t events)
{
	(void)events;
	boot_not_quiet(w->ctx);
	read_control(w->ctx);
}

static void before_start(void *ctx)
{
	for (int i = 0; i < 256 && read_control(ctx); i++)
		;
}

static void on_term(struct init *in)
{
	int64_t now = clock_mono_ms();

	if (!in->term_at) {
		in->term_at = now;
		stop_begin(in, true);
	} else if (now - in->term_at >= SECOND_TERM_MS) {
		stop_force(in);
	}
}

static bool to_cmd(struct init *in, int sig)
{
	struct node *n = graph_find(&in->graph, NODE_CMD);

	if (!n || !n->service || n->service->child.pid <= 0 ||
	    n->service->state == SERVICE_FINISH)
		return false;
	kill(n->service->child.pid, sig);
	return true;
}

static void on_signal(void *ctx, int sig)
{
	struct init *in = ctx;

	boot_not_quiet(in);
	if (sig == SIGCHLD) {
		supervisor_reap(&in->sup);
	} else if (in->opt->cmd_signals && in->phase == PHASE_RUN &&
		   to_cmd(in, sig)) {
		return;
	} else if (sig == SIGTERM) {
		on_term(in);
	} else if (sig == SIGINT || sig == SIGQUIT || sig == SIGPWR) {
		stop_begin(in, true);
	} else if (!to_cmd(in, sig) && sig == SIGHUP) {
		command(in, 'h');
	}
}

/* --- from the sources to the first service --- */

static int prepare(struct init *in, struct err *e)
{
	static const int list[] = {SIGCHLD, SIGTERM, SIGINT,  SIGQUIT,
				   SIGPWR,  SIGHUP,  SIGUSR1, SIGUSR2,
				   SIGWINCH, 0};

	if (loop_init(&in->loop, e) < 0)
		return -1;
	supervisor_init(&in->sup, &in->loop);
	scandir_init(&in->dir, &in->sup, &in->scan);
	stop_init(in);
	nodes_init(in);
	in->sup.hooks.before_start = before_start;
	if (getpid() != 1)
		(void)!reap_subreaper(NULL);
	in->tty = in->opt->cmd && isatty(0);
	in->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (signals_open(&in->signals, &in->loop, list, on_signal, in, e) < 0)
		return -1;
	return in->opt->compiled ? live_open(in, in->opt->compiled, e)
				 : live_choose(in, e);
}

static int start_all(struct init *in, struct err *e)
{
	if (in->opt->cmd && live_add_cmd(in, e) < 0)
		return -1;
	if (graph_load(&in->graph, in->live, e) < 0)
		return -1;
	in->graph.lenient =
		faccessat(in->live, ".init/lenient", F_OK, 0) == 0;
	if (live_take(in, e) < 0 ||
	    loop_watch(&in->loop, &in->control, in->control.fd, EPOLLIN,
		       on_control, in, e) < 0)
		return -1;
	tell_open(in);
	in->phase = PHASE_RUN;
	in->booting = true;
	view_open(in);
	scandir_scan(&in->dir);
	nodes_soon(in);
	boot_not_quiet(in);
	return 0;
}

static void refuse(struct init *in, int code)
{
	in->decided = true;
	in->code = code;
	loop_stop(&in->loop);
}

static void start_or_refuse(struct init *in)
{
	struct err e;

	if (start_all(in, &e) == 0)
		return;
	say_fatal("%s", e.text);
	refuse(in, e.num == EINVAL || e.num == EBUSY ? INIT_CONFIG
						     : INIT_SYSCALL);
}

static void on_compiled(struct child *c, int wstat)
{
	struct init *in = c->ctx;

	in->compiler_pid = 0;
	if (in->phase > PHASE_COMPILE)
		reload_compiled(in, WIFEXITED(wstat) && !WEXITSTATUS(wstat));
	else if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == 0)
		start_or_refuse(in);
	else
		refuse(in, WIFEXITED(wstat) && WEXITSTATUS(wstat) == INIT_CONFIG
				   ? INIT_CONFIG
				   : INIT_SYSCALL);
}

int boot_compile(struct init *in, struct err *e)
{
	char how[8];
	char *argv[] = {(char *)"init-compile", how, in->path, NULL};
	struct spawn child = {
		.path = access("/proc/self/exe", X_OK) ? NULL
						       : "/proc/self/exe",
		.argv = argv,
		.cwd = in->cwd > 0 ? in->cwd : 0,
		.nofile = &in->sup.nofile,
	};
	struct spawn_child c;

	snprintf(how, sizeof(how), "-l%s%s", in->opt->cmd ? "c" : "",
		 in->phase == PHASE_RUN ? "u" : "");
	if (spawn_start(&child, &c, e) < 0)
		return -1;
	fd_close(&c.status_fd);
	in->compiler_pid = c.pid;
	reaper_add(&in->sup.reaper, &in->compiler, c.pid, on_compiled, in);
	return 0;
}

int init_run(const struct init_options *o)
{
	static struct init in;
	struct err e;

	in.opt = o;
	in.scan = (struct svscan_options){.dir = ".",
					  .max_dirs = 2 * GRAPH_NODES,
					  .max_name = 251};
	signal_no_pipe();
	log_nowait();
	fd_cloexec_from(3);
	if (prepare(&in, &e) < 0)
		die(INIT_SYSCALL, "%s", e.text);
	if (o->compiled || !init_has_sources())
		start_or_refuse(&in);
	else if (boot_compile(&in, &e) < 0)
		die(INIT_SYSCALL, "%s", e.text);
	if (!in.loop.stopped && loop_run(&in.loop, &e) < 0)
		die(INIT_SYSCALL, "%s", e.text);
	return stop_code(&in);
}

/* --- options, sources --- */

static int64_t duration(const char *name, int64_t absent)
{
	const char *text = getenv(name);
	uint64_t seconds;
	int64_t ns;

	if (!text || !*text)
		return absent;
	if (num_arg(text, 1000000, &seconds))
		return (int64_t)seconds * 1000;
	if (dur_parse(str_of(text), &ns, NULL) == 0 && ns >= 0)
		return dur_ms(ns);
	say_warn("invalid %s: %s", name, text);
	return absent;
}

static const char *env(const char *name)
{
	const char *text = getenv(name);

	return text ? text : "";
}

void init_options_env(struct init_options *o)
{
	uint64_t ms;

	o->stop_timeout = duration("INIT_STOP_TIMEOUT", STOP_TIMEOUT_MS);
	o->stop_delay = duration("INIT_STOP_DELAY", 0);
	o->strays = STRAYS_MS;
	if (num_arg(env("S6_KILL_GRACETIME"), UINT32_MAX, &ms))
		o->strays = (int64_t)ms;
	o->cmd_signals = num_arg(env("S6_CMD_RECEIVE_SIGNALS"), UINT32_MAX,
				 &ms) && ms;
}

bool init_has_sources(void)
{
	static const char *const places[] = {
		"/etc/s6",	   "/etc/basebox.d",   "/etc/s6-overlay",
		"/etc/cont-init.d", "/etc/cont-finish.d", "/etc/services.d",
		"/etc/fix-attrs.d",
	};

	for (size_t i = 0; i < COUNT(places); i++) {
		struct dir d;
		const char *name;

		if (dir_open(&d, AT_FDCWD, places[i], NULL) < 0)
			continue;
		while ((name = dir_next(&d)) && *name == '.')
			;
		dir_close(&d);
		if (name)
			return true;
	}
	return false;
}
