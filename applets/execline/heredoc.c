// SPDX-License-Identifier: MIT
/* heredoc - feed a string to a descriptor
 *
 * usage: heredoc [ -d ] fd string prog...
 *
 *  -d  what feeds it is no child of prog
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/heredoc.html
 * Fds: own
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/fd.h"

struct heredoc {
	bool detach;
};

static const struct opt heredoc_opts[] = {
	{NULL, NULL, 'd', OPT_FLAG, offsetof(struct heredoc, detach), 0},
	{0},
};

static void feed(int fd, const char *s)
{
	signal(SIGPIPE, SIG_IGN);
	_exit(fd_write(fd, s, strlen(s), NULL) < 0 ? 111 : 0);
}

int heredoc_main(int argc, char **argv)
{
	struct heredoc o = {0};
	int i = applet_opts("heredoc", heredoc_opts, &o, argc, argv, 3), p[2];
	int fd = applet_num("heredoc", argv[i]);
	pid_t pid;

	el_pipe(p);
	pid = fork();
	if (pid < 0)
		die_sys(111, errno, "unable to fork");
	if (!pid) {
		close(p[0]);
		if (!o.detach || fork() == 0)
			feed(p[1], argv[i + 1]);
		_exit(0);
	}
	if (o.detach)
		el_wait(pid);
	close(p[1]);
	if (el_fd_move(fd, p[0], false) < 0)
		die_sys(111, errno, "unable to read on fd %d", fd);
	el_exec(argv + i + 2);
}
