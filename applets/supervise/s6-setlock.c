// SPDX-License-Identifier: MIT
/* s6-setlock - run a program while holding a lock
 *
 * usage: s6-setlock [ -r | -w ] [ -n | -N | -t timeout ] [ -d fd ] lockfile
 *        prog...
 *
 *  -w  exclusive (default)         -r  shared
 *  -N  wait for it (default)       -n  do not
 *  -t MS  wait not longer          -d FD  the descriptor that holds it in prog
 *
 * Exit: prog's; 1 busy or timed out, 100 wrong usage, 111 system call
 *   failed, 126 and 127 prog cannot be executed or found.
 * See: https://skarnet.org/software/s6/s6-setlock.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

enum { DONT, WAIT = -1 };

struct setlock {
	int shared;
	int wait; /* ms, DONT or WAIT */
	int fd;
};

static const struct opt s6_setlock_opts[] = {
	{NULL, NULL, 'r', OPT_SET, offsetof(struct setlock, shared), 1},
	{NULL, NULL, 'w', OPT_SET, offsetof(struct setlock, shared), 0},
	{NULL, NULL, 'n', OPT_SET, offsetof(struct setlock, wait), DONT},
	{NULL, NULL, 'N', OPT_SET, offsetof(struct setlock, wait), WAIT},
	{NULL, NULL, 't', OPT_U32, offsetof(struct setlock, wait), 0},
	{NULL, NULL, 'd', OPT_U32, offsetof(struct setlock, fd), 0},
	{0},
};

static void wake(int sig UNUSED)
{
}

static void set_alarm(int ms)
{
	struct itimerval t = {.it_value = {ms / 1000, ms % 1000 * 1000}};
	struct sigaction sa = {.sa_handler = ms ? wake : SIG_DFL};

	/* again and again, in case it comes before the lock is waited for */
	if (ms)
		t.it_interval.tv_usec = 10000;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

/* The classic lock: prog keeps it, its children do not, and whoever holds it
 * may take it again. */
static int take(const struct setlock *o, int fd)
{
	struct flock l = {.l_type = o->shared ? F_RDLCK : F_WRLCK,
			  .l_whence = SEEK_SET};
	int r;

	if (o->wait == DONT)
		return fcntl(fd, F_SETLK, &l);
	if (o->wait > 0)
		set_alarm(o->wait);
	do
		r = fcntl(fd, F_SETLKW, &l);
	while (r < 0 && errno == EINTR && o->wait == WAIT);
	if (o->wait > 0) {
		int num = errno;

		set_alarm(0);
		errno = num == EINTR ? ETIMEDOUT : num;
	}
	return r;
}

int s6_setlock_main(int argc, char **argv)
{
	struct setlock o = {.wait = WAIT, .fd = -1};
	int i = applet_opts("s6-setlock", s6_setlock_opts, &o, argc, argv, 2);
	const char *path = argv[i];
	int fd = open(path,
		      (o.shared ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_CREAT,
		      0666);

	if (fd < 0)
		die_sys(111, errno, "unable to open %s for %s", path,
			o.shared ? "reading" : "writing");
	if (o.fd >= 0 && el_fd_move(o.fd, fd, false) < 0)
		die_sys(111, errno, "unable to move fd %d to fd %d", fd, o.fd);
	if (take(&o, o.fd >= 0 ? o.fd : fd) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			die_sys(1, EBUSY, "unable to lock %s", path);
		die_sys(errno == ETIMEDOUT ? 1 : 111, errno,
			"unable to acquire lock");
	}
	el_exec(argv + i + 1);
}
