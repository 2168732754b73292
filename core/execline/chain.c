// SPDX-License-Identifier: MIT
/* chain - exec, blocks and environment for chain-loading commands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "execline.h"
#include "os/spawn.h"

void el_die_exec(int num, const char *file)
{
	die_sys(num == ENOENT ? 127 : 126, num, "unable to exec %s", file);
}

void el_exec_as(const char *file, char *const *argv)
{
	el_die_exec(exec_path(file, argv, environ), file);
}

void el_exec_env(char *const *argv, char *const *envp)
{
	const char *path = getenv("PATH");

	if (!argv[0])
		_exit(0);
	el_die_exec(exec_search(path ? path : "/usr/bin:/bin", argv[0], argv,
				envp), argv[0]);
}

int el_try_exec(const struct el_exec *how, char **argv)
{
	static char *const none[] = {NULL};
	const char *path = getenv("PATH"), *file = argv[0];
	char *name = (char *)(how->argv0 ? how->argv0 : file);
	int num;

	if (how->login) {
		size_t n = strlen(name) + 2;
		char *dashed = malloc(n);

		if (!dashed)
			return ENOMEM;
		snprintf(dashed, n, "-%s", name);
		name = dashed;
	}
	argv[0] = name;
	num = exec_search(path ? path : "/usr/bin:/bin", file, argv,
			  how->empty ? none : environ);
	argv[0] = (char *)file;
	return num;
}

void el_exec_how(const struct el_exec *how, char **argv)
{
	el_die_exec(el_try_exec(how, argv), argv[0]);
}

void el_exec(char *const *argv)
{
	if (!argv[0])
		_exit(0);
	el_exec_as(argv[0], argv);
}

void el_exec_var(const char *name, const char *value, bool import,
		 char *const *argv)
{
	struct el_values v = {0};
	struct el_words *w;

	if (!import) {
		if (value)
			el_setenv(name, value);
		else
			el_unsetenv(name);
		el_exec(argv);
	}
	say_prog("importas");
	if (!value)
		die(100, "%s not set", name);
	w = el_values_add(&v, name);
	el_words_add(w, value);
	el_unsetenv(name);
	el_subst_exec(argv, &v);
}

char **el_join(char *const *a, size_t n, char *const *b)
{
	size_t m = 0;
	char **argv;

	while (b[m])
		m++;
	argv = malloc((n + m + 1) * sizeof *argv);
	if (!argv)
		die_sys(111, ENOMEM, "unable to build the command line");
	if (n)
		memcpy(argv, a, n * sizeof *argv);
	memcpy(argv + n, b, (m + 1) * sizeof *argv);
	return argv;
}

size_t el_block_size(char *const *argv)
{
	size_t n = 0;

	while (argv[n] && argv[n][0])
		n++;
	return n;
}

/* EXECLINE_STRICT: 1 warns of block arguments without their space, 2 and more
 * dies of them. */
static void strict(const char *arg, unsigned block, size_t pos)
{
	const char *text = getenv("EXECLINE_STRICT");
	uint64_t level = 0;

	if (!text || !num_arg(text, INT32_MAX, &level) || !level)
		return;
	if (level > 1)
		die(100, "unquoted argument %s at block %u position %zu", arg,
		    block, pos);
	say_warn("unquoted argument %s at block %u position %zu", arg, block,
		 pos);
}

size_t el_block(char **argv, unsigned nth)
{
	return el_block_of("", argv, nth);
}

size_t el_block_of(const char *what, char **argv, unsigned nth)
{
	size_t n = el_block_size(argv);

	if (nth > 1 && !argv[0])
		die(100, "%s block required", what);
	if (!argv[n])
		die(100, "unterminated %s%sblock", what, *what ? " " : "");
	for (size_t i = 0; i < n; i++) {
		if (argv[i][0] == ' ')
			argv[i]++;
		else
			strict(argv[i], nth, i);
	}
	argv[n] = NULL;
	return n;
}

void el_check_name(const char *name)
{
	if (!*name || strchr(name, '='))
		die(100, "invalid variable name");
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
