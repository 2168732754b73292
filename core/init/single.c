// SPDX-License-Identifier: MIT
/* single.c - one program as the container: signals are passed on, orphans are
 * reaped, and its exit code is ours. Between two signals the process sleeps in
 * one system call; nothing is allocated. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "os.h"

struct single {
	const struct single_options *o;
	pid_t pid;
	int code;      /* -1 while it runs */
	bool let_go[2]; /* the terminal's HUP and CONT are still to come */
};

void single_init(struct single_options *o)
{
	memset(o, 0, sizeof(*o));
	memset(o->rewrite, SINGLE_AS_IS, sizeof(o->rewrite));
	o->not_found = 127;
	o->not_runnable = 126;
}

/* --- options --- */

int single_remap(void *opts, const struct opt *opt, const char *v,
		 struct err *e)
{
	struct single_options *o = opts;
	uint64_t code;

	(void)opt;
	if (!num_arg(v, 255, &code))
		return err_set(e, 0, "not an exit code: %s", v);
	o->success[code / 64] |= UINT64_C(1) << code % 64;
	return 0;
}

int single_rewrite(void *opts, const struct opt *opt, const char *v,
		   struct err *e)
{
	struct single_options *o = opts;
	struct str to = str_of(v), from;
	char name[16];
	int sig, new = -1;

	(void)opt;
	if (str_split(&to, ':', &from) && from.n < sizeof(name) && to.p) {
		memcpy(name, from.p, from.n);
		name[from.n] = '\0';
		sig = signal_number(name);
		new = !strcmp(to.p, "0") ? 0 : signal_number(to.p);
		if (sig && (new || !strcmp(to.p, "0"))) {
			o->rewrite[sig] = (uint8_t)new;
			return 0;
		}
	}
	return err_set(e, 0, "not a pair of signals: %s", v);
}

int single_death(void *opts, const struct opt *opt, const char *v,
		 struct err *e)
{
	struct single_options *o = opts;

	(void)opt;
	o->death_signal = signal_number(v);
	return o->death_signal ? 0 : err_set(e, 0, "not a signal: %s", v);
}

/* --- signals --- */

static void pass_on(const struct single *s, int sig)
{
	const struct single_options *o = s->o;
	int as = o->rewrite[sig];

	if (as == SINGLE_AS_IS)
		as = sig;
	if (!as || s->pid <= 0)
		return;
	if (o->verbose > 1)
		say_info("passing on signal %s", signal_name(as));
	kill(o->group ? -s->pid : s->pid, as);
}

/* What the leader of a session gets, as if from itself, when it gives up its
 * terminal. */
static bool is_echo(struct single *s, const siginfo_t *si)
{
	int i = si->si_signo == SIGHUP ? 0 : si->si_signo == SIGCONT ? 1 : -1;

	if (i < 0 || !s->let_go[i] ||
	    (si->si_code != SI_KERNEL && si->si_pid != getpid()))
		return false;
	s->let_go[i] = false;
	return true;
}

static void on_stop_signal(const struct single *s, int sig)
{
	if (!s->o->session) {
		if (sig == SIGTSTP)
			pass_on(s, sig);
		return;
	}
	/* Its session has no one to continue it: stop it, then us. */
	if (s->o->rewrite[sig] == SINGLE_AS_IS)
		kill(s->o->group ? -s->pid : s->pid, SIGSTOP);
	else
		pass_on(s, sig);
	raise(SIGSTOP);
}

/* --- ends --- */

static int code_of(const struct single_options *o, int wstat)
{
	int code = WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat)
				      : WEXITSTATUS(wstat);

	return o->success[code / 64 % 4] >> code % 64 & 1 ? 0 : code;
}

static void reap(struct single *s)
{
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0 ||
	       (pid < 0 && errno == EINTR)) {
		if (pid == s->pid) {
			s->code = code_of(s->o, wstat);
			if (s->o->verbose)
				say_info("the program ended: %d", s->code);
		} else if (pid > 0 && s->o->warn_reap) {
			say_warn("reaped process %d", (int)pid);
		}
	}
}

static int no_exec(const struct single_options *o, const struct err *e)
{
	say_fatal("%s", e->text);
	return e->num == ENOENT ? o->not_found : o->not_runnable;
}

static int start(struct single *s, char *const *argv, struct err *e)
{
	const struct single_options *o = s->o;
	bool tty = !o->one && isatty(0);
	struct spawn how = {
		.argv = argv,
		.flags = SPAWN_FDS_KEEP | (o->one	? 0
				   : o->session ? SPAWN_SETSID
						: SPAWN_SETPGID) |
			 (tty ? SPAWN_FOREGROUND : 0),
	};

	if (tty && o->session && ioctl(0, TIOCNOTTY) == 0)
		s->let_go[0] = s->let_go[1] = getsid(0) == getpid();
	return spawn_run(&how, &s->pid, e);
}

int single_run(const struct single_options *o, char *const *argv)
{
	struct single s = {.o = o, .code = -1};
	sigset_t all;
	siginfo_t si;
	struct err e;

	sigfillset(&all);
	if (o->death_signal && prctl(PR_SET_PDEATHSIG, o->death_signal) < 0)
		say_warnsys(errno, "unable to follow the parent");
	if (getpid() != 1 && o->subreaper && reap_subreaper(&e) < 0)
		say_warn("%s", e.text);
	if (getpid() != 1 && !o->subreaper && !o->quiet)
		say_warn("neither PID 1 nor a subreaper (-s): orphans are not "
			 "reaped");
	if (!o->pause && start(&s, argv, &e) < 0)
		return no_exec(o, &e);
	mem_rest();
	if (o->verbose)
		say_info("started process %d", (int)s.pid);
	while (s.code < 0) {
		int sig = sigwaitinfo(&all, &si);

		if (sig < 0 || sig >= SINGLE_SIGNALS)
			continue;
		if (sig == SIGCHLD)
			reap(&s);
		else if (o->pause && (sig == SIGTERM || sig == SIGINT))
			s.code = 0;
		else if (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
			on_stop_signal(&s, sig);
		else if (!is_echo(&s, &si))
			pass_on(&s, sig);
	}
	if (o->farewell)
		pass_on(&s, SIGTERM);
	return s.code;
}
