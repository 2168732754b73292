// SPDX-License-Identifier: MIT
/* backtick - put a command's output into a variable
 *
 * usage: backtick [ -i | -I | -x | -D default ] [ -N | -n ] [ -E | -e ] var
 *        { prog1... } prog...
 *
 * If prog1 fails, or its output holds a NUL byte:
 *  -i  exit with its code, or 124 (default)
 *  -I  use what there is           -x  unset var
 *  -D VALUE  use this
 *  -N  keep the last newline       -n  drop it (default)
 *  -E  put the value into the command line as ${var}; -e  do not (default)
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/backtick.html
 * Fds: own
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

enum { INSIST, LOOSE, UNSET, PRESET };

#define NUL_TEXT "child process output contained a null character"

struct backtick {
	int policy;
	const char *preset;
	int keep, import;
};

static int preset(void *opts, const struct opt *o UNUSED, const char *value,
		  struct err *e UNUSED)
{
	struct backtick *b = opts;

	b->policy = PRESET;
	b->preset = value;
	return 0;
}

#define SET(c, f, v)                                                           \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct backtick, f), v        \
	}
static const struct opt backtick_opts[] = {
	SET('i', policy, INSIST),
	SET('I', policy, LOOSE),
	SET('x', policy, UNSET),
	{NULL, preset, 'D', OPT_FN, 0, 0},
	SET('N', keep, 1),
	SET('n', keep, 0),
	SET('E', import, 1),
	SET('e', import, 0),
	{0},
};

int backtick_main(int argc, char **argv)
{
	struct backtick o = {0};
	int i = applet_opts("backtick", backtick_opts, &o, argc, argv, 2), code;
	char **rest = argv + i + 1 + el_block(argv + i + 1, 1) + 1;
	struct buf out = {.max = EL_SCRIPT_MAX};
	const char *value;

	el_check_name(argv[i]);
	if (!argv[i + 1])
		die(100, "empty block");
	code = el_capture(argv + i + 1, &out);
	if (code && o.policy == INSIST)
		die(code, "child process %s",
		    code > 128 ? "crashed" : "exited non-zero");
	if (memchr(buf_str(&out), '\0', out.len) && o.policy != LOOSE) {
		if (o.policy == INSIST)
			die(124, NUL_TEXT);
		say_warn(NUL_TEXT);
		code = 124;
	}
	buf_cut(&out, strlen(buf_str(&out)));
	if (!o.keep && out.len && out.p[out.len - 1] == '\n')
		buf_cut(&out, out.len - 1);
	value = buf_str(&out);
	if (code && o.policy != LOOSE)
		value = o.policy == PRESET ? o.preset : NULL;
	el_exec_var(argv[i], value, o.import, rest);
}
