// SPDX-License-Identifier: MIT
/* define - put a value into the command line
 *
 * usage: define [ -s ] [ -C | -c ] [ -N | -n ] [ -d delim ] key value
 *        prog...
 *
 * ${key} becomes value.
 *  -s  split the value at delimiters into words, -d CHARS: these (otherwise
 *      blanks and newlines; "": netstrings)
 *  -C  runs of delimiters are one  -n  drop one delimiter at the end
 *  -c -N  turn -C and -n off
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/define.html
 * Fds: own
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

static const struct opt define_opts[] = {EL_SPLIT_OPTS(0), {0}};

int define_main(int argc, char **argv)
{
	struct el_how o = {0};
	struct el_values v = {0};
	int i = applet_opts("define", define_opts, &o, argc, argv, 2);

	el_transform(el_values_add(&v, argv[i]), argv[i + 1],
		     strlen(argv[i + 1]), &o);
	el_subst_exec(argv + i + 2, &v);
}
