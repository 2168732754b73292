// SPDX-License-Identifier: MIT
/* frame - pushing, popping, writing and reading positional parameters.
 * Source: skarnet.org/software/execline/el_pushenv.html. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "execline.h"

extern char **environ;

static bool has_prefix(const char *s, const char *prefixes)
{
	for (; *prefixes; prefixes += strlen(prefixes) + 1)
		if (!strncmp(s, prefixes, strlen(prefixes)))
			return true;
	return false;
}

void el_env_drop(const char *prefixes)
{
	char **to = environ;

	for (char **from = environ; *from; from++)
		if (!has_prefix(*from, prefixes))
			*to++ = *from;
	*to = NULL;
}

/* The variable under its name one frame further (by = 1) or nearer (-1);
 * NULL = it falls off. */
static char *renamed(const char *var, int by)
{
	struct buf b = {0};
	size_t name = strcspn(var, "=");
	size_t base = name;
	uint64_t n = 0;

	while (base && ascii_digit((unsigned char)var[base - 1]))
		base--;
	if (base && var[base - 1] == ':' &&
	    num_u64(str_n(var + base, name - base), INT32_MAX, &n))
		base--;
	else
		base = name;
	if (by < 0 && !n)
		return NULL;
	n += (uint64_t)by;
	buf_add(&b, var, base);
	if (n)
		buf_addf(&b, ":%llu", (unsigned long long)n);
	buf_adds(&b, var + name);
	if (b.failed)
		die_sys(111, ENOMEM, "unable to change the environment");
	return b.p;
}

static void move(const char *prefixes, int by)
{
	static char **ours; /* the array made last; setenv may have left it */
	size_t n = 0, to = 0;
	char **env;

	while (environ[n])
		n++;
	env = malloc((n + 1) * sizeof *env);
	if (!env)
		die_sys(111, ENOMEM, "unable to change the environment");
	for (size_t i = 0; i < n; i++) {
		char *s = environ[i];

		if (has_prefix(s, prefixes))
			s = renamed(s, by);
		if (s)
			env[to++] = s;
	}
	env[to] = NULL;
	environ = env;
	free(ours);
	ours = env;
}

void el_frame_push(const char *prefixes)
{
	move(prefixes, 1);
}

void el_frame_pop(const char *prefixes)
{
	move(prefixes, -1);
}

void el_frame_set(char *const *argv, size_t argc)
{
	char name[NUM_TEXT];

	el_setenv_num("#", (unsigned)argc);
	for (size_t i = 0; i <= argc; i++) {
		num_put_u64(name, i);
		el_setenv(name, argv[i]);
	}
}

char **el_frame_get(size_t *argc, int code)
{
	const char *count = getenv("#");
	char name[NUM_TEXT], **argv;
	uint64_t n;

	if (!count)
		die(code ? code : 100, "# not set");
	if (!num_arg(count, INT32_MAX / 16, &n))
		die(code ? code : 100, "invalid $#");
	argv = calloc(n + 2, sizeof *argv);
	if (!argv)
		die_sys(111, ENOMEM, "unable to get parameters");
	for (size_t i = 0; i <= n; i++) {
		num_put_u64(name, i);
		argv[i] = getenv(name);
		if (!argv[i] && code)
			die(code, "%s not set", name);
	}
	*argc = n;
	return argv;
}

void el_frame_shift(char *const *argv, size_t n, size_t by)
{
	char name[NUM_TEXT];

	el_setenv_num("#", (unsigned)(n - by));
	for (size_t i = 1; i <= n; i++) {
		num_put_u64(name, i);
		if (i + by <= n && argv[i + by])
			el_setenv(name, argv[i + by]);
		else
			el_unsetenv(name);
	}
}

size_t el_frame_block(char *const *argv, size_t n, size_t at)
{
	for (size_t i = at + 1; i <= n; i++) {
		if (!argv[i] || (argv[i][0] && argv[i][0] != ' '))
			break;
		if (!argv[i][0])
			return i - at;
	}
	die(100, "unable to shift block: too few arguments");
}

/* The text of a number, kept for as long as the process lives: a key. */
static const char *key_of(size_t i)
{
	char name[NUM_TEXT], *s;

	num_put_u64(name, i);
	s = strdup(name);
	if (!s)
		die_sys(111, ENOMEM, "unable to substitute");
	return s;
}

void el_positionals(struct el_values *v, char *const *argv, size_t n,
		    size_t least, size_t rest)
{
	char count[NUM_TEXT];
	struct el_words *all;

	num_put_u64(count, n);
	el_words_add(el_values_add(v, "#"), count);
	for (size_t i = 0; i <= n || i <= least; i++)
		el_words_add(el_values_add(v, key_of(i)),
			     /* the keys are freed by the exec */
			     i <= n ? argv[i] : ""); // NOLINT(clang-analyzer-unix.Malloc)
	all = el_values_add(v, "@");
	for (size_t i = rest; i <= n; i++)
		el_words_add(all, argv[i]);
}
