// SPDX-License-Identifier: MIT
/* execlineb - run an execline script
 *
 * usage: execlineb [ -p | -P | -S nmin | -s nmin ] [ -q | -w | -W ] [ -c
 *        commandline ] script args
 *
 * The whole script becomes one command line, which is executed.
 *  -c SCRIPT  this one instead of a file
 *  -P  take no arguments
 *  -p  do not keep the arguments of an outer script
 *  -S NUM  put the arguments into the command line: $# $0 $1 ... $@, at least
 *      NUM of them (missing ones are empty)
 *  -s NUM  the same, $@ being those after the first NUM
 *  -q -w -W  be silent about block arguments that are not quoted, warn, die
 *
 * Exit: the script's; 100 wrong usage or syntax, 111 system call failed, 126
 *   and 127 it cannot be executed or found.
 * See: https://skarnet.org/software/execline/execlineb.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct execlineb {
	const char *script; /* of -c */
	int mode;
	uint32_t least;
	int strict;
};

enum { PUSH, KEEP, NONE, SUBST, SUBST_REST };

static int subst(void *opts, const struct opt *o, const char *value,
		 struct err *e)
{
	struct execlineb *x = opts;
	uint64_t n;

	if (!num_arg(value, INT32_MAX / 16, &n))
		return err_set(e, 0, "%s", value);
	x->mode = o->val;
	x->least = (uint32_t)n;
	return 0;
}

#define SET(c, f, v)                                                           \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct execlineb, f), v       \
	}
static const struct opt execlineb_opts[] = {
	{NULL, NULL, 'c', OPT_STR, offsetof(struct execlineb, script), 0},
	SET('P', mode, NONE),
	SET('p', mode, KEEP),
	{NULL, subst, 'S', OPT_FN, 0, SUBST},
	{NULL, subst, 's', OPT_FN, 0, SUBST_REST},
	SET('q', strict, 0),
	SET('w', strict, 1),
	SET('W', strict, 2),
	{0},
};

static void read_script(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die_sys(111, errno, "unable to open %s for reading", path);
	el_slurp(fd, b);
	close(fd);
}

/* Fewer arguments than the script asks for: EXECLINE_STRICT decides. */
static void check_count(int strict, size_t have, uint32_t least)
{
	const char *text = getenv("EXECLINE_STRICT");
	uint64_t level = 1;

	if (strict >= 0)
		level = (unsigned)strict;
	else if (text && !num_arg(text, INT32_MAX, &level)) {
		say_warn("invalid EXECLINE_STRICT value, unsetting it");
		el_unsetenv("EXECLINE_STRICT");
	}
	if (have >= least)
		return;
	if (level > 1)
		die(100, "too few arguments: expecting at least %u but got %zu",
		    least, have);
	if (level)
		say_warn("too few arguments: expecting at least %u but got %zu",
			 least, have);
}

static void substitute(const struct execlineb *o, char **args, size_t n,
		       char **cmd)
{
	struct el_values v = {0};

	check_count(o->strict, n, o->least);
	el_positionals(&v, args, n, o->least,
		       o->mode == SUBST_REST ? o->least + 1 : 1);
	el_subst_exec(cmd, &v);
}

int execlineb_main(int argc, char **argv)
{
	struct execlineb o = {.strict = -1};
	int i = applet_opts("execlineb", execlineb_opts, &o, argc, argv, 0);
	struct el_words words = {0};
	struct buf text = {.max = EL_SCRIPT_MAX};
	struct err e;

	if (!o.script) {
		if (!argv[i])
			applet_usage("execlineb");
		read_script(argv[i], &text);
	} else {
		buf_adds(&text, o.script);
		argv[--i] = (char *)applet_argv0;
	}
	if (el_lex(buf_str(&text), text.len, &words, &e) < 0)
		die(e.num ? 111 : 100, "%s", e.text);
	buf_free(&text);
	if (!words.n)
		return 0;
	char **cmd = el_words_argv(&words);
	size_t n = (size_t)(argc - i) - 1;
	if (o.strict > 0)
		el_setenv_num("EXECLINE_STRICT", (unsigned)o.strict);
	else if (!o.strict)
		el_unsetenv("EXECLINE_STRICT");
	if (o.mode >= SUBST)
		substitute(&o, argv + i, n, cmd);
	if (o.mode == PUSH)
		el_frame_push(EL_FRAME);
	if (o.mode != NONE)
		el_frame_set(argv + i, n);
	el_exec(cmd);
}
