// SPDX-License-Identifier: MIT
/* signal.c - the table of signal names (Linux on all machines but MIPS, Alpha
 * and SPARC has these numbers; the macros keep it right there too) and the
 * signalfd. */
#include "os/signal.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"
#include "os/fd.h"

/* The first name of a number is the one that is printed. */
static const struct {
	char name[7];
	unsigned char sig;
} names[] = {
	{"ABRT", SIGABRT},   {"ALRM", SIGALRM}, {"BUS", SIGBUS},
	{"CHLD", SIGCHLD},   {"CONT", SIGCONT}, {"FPE", SIGFPE},
	{"HUP", SIGHUP},     {"ILL", SIGILL},   {"INT", SIGINT},
	{"KILL", SIGKILL},   {"PIPE", SIGPIPE}, {"QUIT", SIGQUIT},
	{"SEGV", SIGSEGV},   {"STOP", SIGSTOP}, {"TERM", SIGTERM},
	{"TSTP", SIGTSTP},   {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},
	{"USR1", SIGUSR1},   {"USR2", SIGUSR2}, {"POLL", SIGPOLL},
	{"PROF", SIGPROF},   {"SYS", SIGSYS},   {"TRAP", SIGTRAP},
	{"URG", SIGURG},     {"VTALRM", SIGVTALRM}, {"XCPU", SIGXCPU},
	{"XFSZ", SIGXFSZ},   {"WINCH", SIGWINCH}, {"PWR", SIGPWR},
#ifdef SIGSTKFLT
	{"STKFLT", SIGSTKFLT},
#endif
	{"IOT", SIGABRT},    {"CLD", SIGCHLD},  {"IO", SIGPOLL},
	{"UNUSED", SIGSYS},
};

const char *signal_name(int sig)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].sig == sig)
			return names[i].name;
	return NULL;
}

/* "RTMIN+3", "RTMAX-1", "RTMIN". */
static int realtime(const char *t)
{
	uint64_t n = 0;
	int base;

	if (!strncasecmp(t, "RTMIN", 5))
		base = SIGRTMIN;
	else if (!strncasecmp(t, "RTMAX", 5))
		base = SIGRTMAX;
	else
		return 0;
	t += 5;
	if (!*t)
		return base;
	if (*t != '+' && *t != '-')
		return 0;
	if (!num_arg(t + 1, 64, &n))
		return 0;
	base += *t == '+' ? (int)n : -(int)n;
	return base >= SIGRTMIN && base <= SIGRTMAX ? base : 0;
}

int signal_number(const char *text)
{
	uint64_t n;

	if (num_arg(text, SIGRTMAX, &n))
		return (int)n;
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcasecmp(text, names[i].name))
			return names[i].sig;
	return realtime(text);
}

void signal_block_all(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE,
				     SIGILL,  SIGTRAP, SIGSYS};
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < COUNT(faults); i++)
		sigdelset(&set, faults[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

void signal_reset(void)
{
	/* The kernel's struct sigaction, all zero: SIG_DFL. The C library
	 * would leave out the numbers that it keeps for itself (32-34), which
	 * somebody may have left ignored. */
	static const unsigned long dfl[4];
	sigset_t none;

	for (int sig = 1; sig < 65; sig++)
		syscall(SYS_rt_sigaction, sig, dfl, NULL, 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void nothing(int sig)
{
	(void)sig;
}

void signal_no_pipe(void)
{
	/* A handler, not SIG_IGN: exec makes it the default again. */
	struct sigaction sa = {.sa_handler = nothing, .sa_flags = SA_RESTART};

	sigaction(SIGPIPE, &sa, NULL);
}

static void on_signal(struct loop_fd *w, uint32_t events)
{
	struct signals *s = w->ctx;
	struct signalfd_siginfo si[8];
	ssize_t r;

	(void)events;
	r = read(w->fd, si, sizeof(si));
	if (r < 0)
		return;
	for (size_t i = 0; i < (size_t)r / sizeof(si[0]); i++)
		s->fn(s->ctx, (int)si[i].ssi_signo);
}

int signals_open(struct signals *s, struct loop *l, const int *list,
		 signal_fn *fn, void *ctx, struct err *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (; *list; list++)
		sigaddset(&set, *list);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_set(e, errno, "unable to create a signalfd");
	s->fn = fn;
	s->ctx = ctx;
	s->w.urgent = true;
	if (loop_watch(l, &s->w, fd, EPOLLIN, on_signal, s, e) < 0) {
		close(fd);
		return -1;
	}
	return 0;
}

void signals_close(struct signals *s)
{
	if (!s->w.loop)
		return;
	loop_unwatch(&s->w);
	close(s->w.fd);
}
