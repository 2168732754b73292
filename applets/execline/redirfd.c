// SPDX-License-Identifier: MIT
/* redirfd - redirect a descriptor to a file
 *
 * usage: redirfd -[ r | w | u | a | x ] [ -n ] [ -b ] fd file prog...
 *
 *  -r  read                        -w  write, made or emptied
 *  -u  read and write              -a  append, made if missing
 *  -x  write, must not exist
 *  -n  open without blocking       -b  then change that: with -n blocking,
 *                                      otherwise not
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/redirfd.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct redirfd {
	int flags;
	bool nonblock, change;
};

#define MODE(c, f)                                                             \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct redirfd, flags), f   \
	}
static const struct opt redirfd_opts[] = {
	MODE('r', O_RDONLY),
	MODE('w', O_WRONLY | O_CREAT | O_TRUNC),
	MODE('u', O_RDWR),
	MODE('a', O_WRONLY | O_CREAT | O_APPEND),
	MODE('x', O_WRONLY | O_CREAT | O_EXCL),
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct redirfd, nonblock), 0},
	{NULL, NULL, 'b', OPT_FLAG, offsetof(struct redirfd, change), 0},
	{0},
};

/* A FIFO opened without blocking for writing needs a reader at that moment:
 * one that is gone right after. */
static int open_it(const char *path, int flags)
{
	int fd = open(path, flags, 0666), r;

	if (fd >= 0 || errno != ENXIO || !(flags & O_NONBLOCK))
		return fd;
	r = open(path, O_RDONLY | O_NONBLOCK);
	if (r < 0)
		return -1;
	fd = open(path, flags, 0666);
	close(r);
	return fd;
}

int redirfd_main(int argc, char **argv)
{
	struct redirfd o = {.flags = -1};
	int i = applet_opts("redirfd", redirfd_opts, &o, argc, argv, 3);
	int fd = applet_num("redirfd", argv[i]), got;

	if (o.flags < 0)
		applet_usage("redirfd");
	got = open_it(argv[i + 1], o.flags | (o.nonblock ? O_NONBLOCK : 0));
	if (got < 0)
		die_sys(111, errno, "unable to open %s", argv[i + 1]);
	if (el_fd_move(fd, got, false) < 0)
		die_sys(111, errno, "unable to move fd %d to fd %d", got, fd);
	if (o.change && el_fd_blocking(fd, o.nonblock) < 0)
		die_sys(111, errno, "unable to change blocking mode");
	el_exec(argv + i + 2);
}
