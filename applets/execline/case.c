// SPDX-License-Identifier: MIT
/* case - execute the command whose pattern matches
 *
 * usage: case [ -S | -s ] [ -E | -e ] [ -i ] [ -n | -N ] value { regex {
 *        prog... } ... } progdefault...
 *
 *  -E  extended regular expressions (default); -e  basic ones
 *  -i  upper and lower case alike
 *  -N  parts of the match become the parameters 1, 2 ... of prog; -n  do not
 *  -s  shell patterns; -S  do not. With -s: -e  backslash is nothing special,
 *      -i  a leading dot is, -N  slashes are
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/case.html
 * Fds: own
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "regex.h"

struct case_opts {
	int shell, basic, icase, more;
};

#define SET(c, f, v)                                                           \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct case_opts, f), v       \
	}
static const struct opt case_opts[] = {
	SET('s', shell, 1), SET('S', shell, 0),
	SET('e', basic, 1), SET('E', basic, 0),
	SET('i', icase, 1), SET('N', more, 1),
	SET('n', more, 0),  {0},
};

static bool match_shell(const struct case_opts *o, const char *pattern,
			const char *value)
{
	int flags = (o->basic ? FNM_NOESCAPE : 0) |
		    (o->icase ? FNM_PERIOD : 0) | (o->more ? FNM_PATHNAME : 0);

	return fnmatch(pattern, value, flags) == 0;
}

/* The matched parts as a frame: 0 is the pattern. */
static void set_parts(const char *pattern, const char *value,
		      const ptrdiff_t *cap, int n)
{
	char **argv = calloc((size_t)n + 1, sizeof *argv);

	if (!argv)
		die_sys(111, ENOMEM, "unable to match");
	argv[0] = (char *)pattern;
	for (int i = 1; i <= n; i++) {
		size_t len = cap[2 * i] < 0
				     ? 0
				     : (size_t)(cap[2 * i + 1] - cap[2 * i]);

		argv[i] = strndup(len ? value + cap[2 * i] : "", len);
		if (!argv[i])
			die_sys(111, ENOMEM, "unable to match");
	}
	el_frame_set(argv, (size_t)n);
}

static bool match_regex(const struct case_opts *o, const char *pattern,
			const char *value)
{
	struct regex *re;
	struct err e;
	int n, r;

	if (el_regex(&re, pattern,
		     EL_RE_WHOLE | (o->basic ? EL_RE_BASIC : 0U) |
			     (o->icase ? EL_RE_ICASE : 0U),
		     &e) < 0)
		die(100, "unable to regcomp \"%s\": %s", pattern, e.text);
	n = regex_groups(re);
	ptrdiff_t *cap = calloc((size_t)n + 1, 2 * sizeof *cap);
	if (!cap)
		die_sys(111, ENOMEM, "unable to match");
	r = regex_find(re, str_of(value), 0, cap, n + 1, &e);
	if (r < 0)
		die(111, "%s", e.text);
	if (r > 0 && o->more)
		set_parts(pattern, value, cap, n);
	free(cap);
	regex_free(re);
	return r > 0;
}

int case_main(int argc, char **argv)
{
	struct case_opts o = {0};
	int i = applet_opts("case", case_opts, &o, argc, argv, 2);
	char **p = argv + i + 1;
	size_t n = el_block(p, 1);
	char **end = p + n;

	while (p < end) {
		const char *pattern = *p++;

		if (p == end)
			die(100, "malformed case block");
		if (p + el_block_size(p) == end)
			die(100, "unterminated regex block");
		size_t len = el_block(p, 2);
		if (o.shell ? match_shell(&o, pattern, argv[i])
			    : match_regex(&o, pattern, argv[i]))
			el_exec(p);
		p += len + 1;
	}
	el_exec(end + 1);
}
