// SPDX-License-Identifier: MIT
/* multidefine - put the parts of a value into the command line
 *
 * usage: multidefine [ -0 ] [ -r ] [ -C | -c ] [ -N | -n ] [ -d delim ]
 *        value { vars... } prog...
 *
 * The first word of the value is put in for the first variable, and so on; an
 * empty variable skips a word.
 *  -0  variables without a word vanish (otherwise they are empty)
 *  -r  the last variable gets all words that are left
 *  -d CHARS  delimiters (blanks and newlines; "": netstrings)
 *  -C  runs of delimiters are one  -n  drop one delimiter at the end
 *  -c -N  turn -C and -n off
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/multidefine.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt multidefine_opts[] = {EL_MULTI_OPTS(0), {0}};

int multidefine_main(int argc, char **argv)
{
	struct el_multi o = {0};
	struct el_values v = {0};
	int i = applet_opts("multidefine", multidefine_opts, &o, argc, argv, 3);
	char **vars = argv + i + 1;
	size_t n = el_block(vars, 1);

	if (!n)
		die(100, "empty block");
	el_multi(&v, &o, argv[i], vars);
	el_values_check(&v, 111);
	el_subst_exec(vars + n + 1, &v);
}
