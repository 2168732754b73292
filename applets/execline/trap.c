// SPDX-License-Identifier: MIT
/* trap - run a command that signals are kept from
 *
 * usage: trap [ -x ] { signal { handler... } ... } prog...
 *
 * When this process gets the signal it runs the handler, with SIGNAL set to its
 * number and ! to the pid of prog; `default` is for all that are not listed.
 *  -x  signals without a handler go to prog
 *
 * Exit: that of prog; 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/execline/trap.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/signal.h"

enum { SIGNALS = 32, DEFAULT = 0 };

struct trap {
	bool forward;
	char **handler[SIGNALS]; /* NULL = none; of DEFAULT, too */
	pid_t running[SIGNALS];
	pid_t prog;
};

static const struct opt trap_opts[] = {
	{NULL, NULL, 'x', OPT_FLAG, offsetof(struct trap, forward), 0},
	{0},
};

/* Signals arrive as bytes of a pipe: unlike blocked ones, caught ones are the
 * children's no more. */
static int pipe_of_signals[2];

static void on_signal(int sig)
{
	char c = (char)sig;
	int num = errno;

	(void)!write(pipe_of_signals[1], &c, 1);
	errno = num;
}

static bool trappable(int sig)
{
	return sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD;
}

static void read_handlers(struct trap *t, char **args, size_t n)
{
	for (size_t i = 0; i < n;) {
		const char *name = args[i++];
		int sig = strcmp(name, "default") != 0 ? signal_number(name)
						       : DEFAULT;

		if ((sig <= 0 && strcmp(name, "default") != 0) || sig >= SIGNALS)
			die(100, "unrecognized directive: %s", name);
		if (sig && !trappable(sig))
			die(100, "SIG%s (%d) cannot be trapped",
			    signal_name(sig), sig);
		if (t->handler[sig])
			die(100, "duplicate directive: %s", name);
		if (!args[i + el_block_size(args + i)])
			die(100, "unterminated internal block for directive %s",
			    name);
		t->handler[sig] = args + i;
		i += el_block(args + i, 2) + 1;
	}
}

static void catch_signals(const struct trap *t)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (pipe2(pipe_of_signals, O_NONBLOCK | O_CLOEXEC) < 0)
		die_sys(111, errno, "unable to trap signals");
	sigfillset(&sa.sa_mask);
	for (int sig = 1; sig < SIGNALS; sig++)
		if (sig == SIGCHLD ||
		    (trappable(sig) &&
		     (t->handler[sig] || t->forward || t->handler[DEFAULT])))
			sigaction(sig, &sa, NULL);
}

static void take(struct trap *t, int sig)
{
	int slot = t->handler[sig] ? sig : DEFAULT;
	char **handler = t->handler[slot];

	if (!handler) {
		kill(t->prog, sig);
		return;
	}
	if (t->running[sig] || !handler[0])
		return;
	el_setenv_num("SIGNAL", (unsigned)sig);
	el_setenv_num("!", (unsigned)t->prog);
	t->running[sig] = el_spawn(handler);
	if (t->running[sig] < 0)
		el_die_spawn(handler[0]);
}

static void reap(struct trap *t)
{
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0) {
		if (pid == t->prog)
			_exit(el_exit_code(wstat));
		for (int i = 0; i < SIGNALS; i++)
			if (t->running[i] == pid)
				t->running[i] = 0;
	}
}

int trap_main(int argc, char **argv)
{
	struct trap t = {0};
	int i = applet_opts("trap", trap_opts, &t, argc, argv, 1);
	size_t n = el_block(argv + i, 1);
	char **prog = argv + i + n + 1, c;

	if (!n)
		die(100, "empty block");
	if (!prog[0])
		applet_usage("trap");
	read_handlers(&t, argv + i, n);
	catch_signals(&t);
	t.prog = el_spawn(prog);
	if (t.prog < 0)
		el_die_spawn(prog[0]);
	for (;;) {
		struct pollfd p = {pipe_of_signals[0], POLLIN, 0};

		reap(&t);
		poll(&p, 1, -1);
		while (read(pipe_of_signals[0], &c, 1) == 1)
			if (c != SIGCHLD)
				take(&t, c);
	}
}
