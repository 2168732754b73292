// SPDX-License-Identifier: MIT
/* withstdinas - put standard input into a variable
 *
 * usage: withstdinas [ -i | -I | -D default ] [ -N | -n ] [ -E | -e ] var
 *        prog...
 *
 * If the input holds a NUL byte: what is before it, or with
 *  -i  exit with 1                 -I  unset var
 *  -D VALUE  this
 *  -N  keep the last newline       -n  drop it (default)
 *  -E  put the value into the command line as ${var}; -e  do not (default)
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/withstdinas.html
 * Fds: own
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

enum { CUT, INSIST, UNSET, PRESET };

struct stdinas {
	int policy;
	const char *preset;
	int keep, import;
};

static int preset(void *opts, const struct opt *o UNUSED, const char *value,
		  struct err *e UNUSED)
{
	struct stdinas *b = opts;

	b->policy = PRESET;
	b->preset = value;
	return 0;
}

#define SET(c, f, v)                                                           \
	{                                                                      \
		NULL, NULL, c, OPT_SET, offsetof(struct stdinas, f), v         \
	}
static const struct opt withstdinas_opts[] = {
	SET('i', policy, INSIST),
	SET('I', policy, UNSET),
	{NULL, preset, 'D', OPT_FN, 0, 0},
	SET('N', keep, 1),
	SET('n', keep, 0),
	SET('E', import, 1),
	SET('e', import, 0),
	{0},
};

int withstdinas_main(int argc, char **argv)
{
	struct stdinas o = {0};
	int i = applet_opts("withstdinas", withstdinas_opts, &o, argc, argv, 1);
	struct buf in = {.max = EL_SCRIPT_MAX};
	const char *value;
	bool bad;

	el_check_name(argv[i]);
	el_slurp(0, &in);
	bad = memchr(buf_str(&in), '\0', in.len);
	if (bad && o.policy == INSIST)
		die(1, "stdin contained a null character");
	if (bad && o.policy == PRESET)
		say_warn("stdin contained a null character - using default "
			 "instead");
	buf_cut(&in, strlen(buf_str(&in)));
	if (!o.keep && in.len && in.p[in.len - 1] == '\n')
		buf_cut(&in, in.len - 1);
	value = buf_str(&in);
	if (bad && o.policy != CUT)
		value = o.policy == PRESET ? o.preset : NULL;
	el_exec_var(argv[i], value, o.import, argv + i + 1);
}
