// SPDX-License-Identifier: MIT
/* importas - put the value of a variable into the command line
 *
 * usage: importas [ -i | -D default ] [ -u ] [ -s ] [ -C | -c ] [ -N | -n ]
 *        [ -d delim ] key var prog...
 *
 * ${key} becomes the value of var; words with it vanish if var is not set.
 *  -i  var must be set             -D VALUE  the value if it is not
 *  -u  prog does not get var       -S  key is also var: importas -S var prog
 *  -s  split the value at delimiters into words, -d CHARS: these (otherwise
 *      blanks and newlines; "": netstrings)
 *  -C  runs of delimiters are one  -n  drop one delimiter at the end
 *  -c -N  turn -C and -n off
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/importas.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct importas {
	struct el_import how;
	bool same;
};

static const struct opt importas_opts[] = {
	EL_IMPORT_OPTS(offsetof(struct importas, how)),
	{NULL, NULL, 'S', OPT_FLAG, offsetof(struct importas, same), 0},
	{0},
};

int importas_main(int argc, char **argv)
{
	struct importas o = {0};
	struct el_values v = {0};
	int i = applet_opts("importas", importas_opts, &o, argc, argv, 1);

	if (!o.same && argc - i < 2)
		applet_usage("importas");
	char **var = argv + i + !o.same;
	el_import(&v, &o.how, argv[i], *var);
	if (o.how.unset)
		el_unsetenv(*var);
	el_subst_exec(var + 1, &v);
}
