// SPDX-License-Identifier: MIT
/* chain - exec, spawn, blocks and environment for chain-loading commands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "execline.h"
#include "os/spawn.h"

extern char **environ;

void el_exec_as(const char *file, char *const *argv)
{
	int num = exec_path(file, argv, environ);

	die_sys(num == ENOENT ? 127 : 126, num, "unable to exec %s", file);
}

void el_exec(char *const *argv)
{
	if (!argv[0])
		_exit(0);
	el_exec_as(argv[0], argv);
}

pid_t el_spawn(char *const *argv)
{
	struct spawn s = {.argv = argv,
			  .flags = SPAWN_SIGNALS | SPAWN_FDS_KEEP};
	struct err e;
	pid_t pid;

	if (spawn_run(&s, &pid, &e) < 0) {
		errno = e.num;
		return -1;
	}
	return pid;
}

void el_die_spawn(const char *prog)
{
	die_sys(111, errno, "unable to spawn %s", prog);
}

int el_wait(pid_t pid)
{
	struct err e;
	int wstat;

	if (spawn_wait(pid, &wstat, &e) < 0)
		die_sys(111, e.num, "unable to waitpid");
	return wstat;
}

int el_exit_code(int wstat)
{
	if (WIFSIGNALED(wstat))
		return 128 + WTERMSIG(wstat);
	return WEXITSTATUS(wstat) < 128 ? WEXITSTATUS(wstat) : 128;
}

size_t el_block_size(char *const *argv)
{
	size_t n = 0;

	while (argv[n] && argv[n][0])
		n++;
	return n;
}

size_t el_block(char **argv)
{
	size_t n = el_block_size(argv);

	if (!argv[n])
		die(100, "unterminated block");
	for (size_t i = 0; i < n; i++)
		if (argv[i][0] == ' ')
			argv[i]++;
	argv[n] = NULL;
	return n;
}

void el_setenv(const char *name, const char *value)
{
	if (setenv(name, value, 1) < 0)
		die_sys(111, errno, "unable to set %s", name);
}

void el_unsetenv(const char *name)
{
	if (unsetenv(name) < 0)
		die_sys(111, errno, "unable to unset %s", name);
}

void el_setenv_num(const char *name, unsigned value)
{
	char text[NUM_TEXT];

	num_put_u64(text, value);
	el_setenv(name, text);
}
