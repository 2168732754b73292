// SPDX-License-Identifier: MIT
/* loopwhilex - run a command again and again while it succeeds
 *
 * usage: loopwhilex [ -n ] [ -o okcodes | -x breakcodes ] prog...
 *
 *  -o N,N...  go on after these exit codes (0)
 *  -x N,N...  go on after all others
 *  -n  the other way round
 *
 * Exit: that of the last prog; 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/execline/loopwhilex.html
 * Fds: own
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct loopwhilex {
	struct el_codes codes;
	bool negate;
};

static const struct opt loopwhilex_opts[] = {
	EL_CODES_OPTS,
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct loopwhilex, negate), 0},
	{0},
};

int loopwhilex_main(int argc, char **argv)
{
	struct loopwhilex o = {.negate = false};
	int i = applet_opts("loopwhilex", loopwhilex_opts, &o, argc, argv, 1);
	int code;

	if (!o.codes.given)
		o.codes = (struct el_codes){.given = true, .set = {1}};
	do {
		pid_t pid = el_spawn(argv + i);

		if (pid < 0)
			el_die_spawn(argv[i]);
		code = el_exit_code(el_wait(pid));
	} while (el_codes_go_on(&o.codes, code) != o.negate);
	return code;
}
