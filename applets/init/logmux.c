// SPDX-License-Identifier: MIT
/* logmux - the outputs of all services as one stream of whole lines
 *
 * usage: logmux [-f plain|prefix|json] [-r LINES] [SCANDIR]
 *
 * A service of its own. Reads the FIFOs SCANDIR/.init/log/NAME, which services
 * have as their standard output and error, and writes their lines to its own
 * standard output, never mixed (those of NAME:err to standard error). Follows
 * the files that SCANDIR/NAME/policy/tail names, a path a line, also when they
 * are truncated or replaced.
 *  -f, --format F    plain; prefix: `NAME | line`; json: an object a line with
 *                    time, service, stream (or file) and message. The default
 *                    is $INIT_LOG, else plain; SCANDIR/NAME/policy/log wins
 *  -r, --rate LINES  most lines a second of one service, in bursts of two
 *                    seconds; what is more is counted and left out. 0 = no
 *                    limit; default $INIT_LOG_RATE, SCANDIR/NAME/policy/
 *                    log-rate wins
 * SCANDIR is $BASEBOX_SCANDIR by default, else the parent directory.
 *
 * HUP looks for new FIFOs and policies. TERM: reads what is there, then ends.
 * Exit: 0 ended by a signal, 100 wrong usage, 111 system call failed.
 * See: README.md
 */
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "logd/mux.h"

struct logmux {
	const char *format;
	uint32_t rate;
};

static const struct opt logmux_opts[] = {
	{"format", NULL, 'f', OPT_STR, offsetof(struct logmux, format), 0},
	{"rate", NULL, 'r', OPT_U32, offsetof(struct logmux, rate), 0},
	{0},
};

int logmux_main(int argc, char **argv)
{
	const char *rate = getenv("INIT_LOG_RATE");
	const char *dir = getenv("BASEBOX_SCANDIR");
	struct logmux l = {.format = getenv("INIT_LOG")};
	struct mux_opts o = {.scandir = dir && *dir ? dir : ".."};
	uint64_t n = 0;
	struct err e;
	int i, format;

	if (rate && *rate && !num_arg(rate, UINT32_MAX, &n))
		die(100, "INIT_LOG_RATE is no number: %s", rate);
	l.rate = (uint32_t)n;
	i = applet_opts("logmux", logmux_opts, &l, argc, argv, 0);
	format = mux_format(l.format ? l.format : "");
	if (format < 0)
		die(100, "no such format: %s", l.format);
	if (argv[i])
		o.scandir = argv[i];
	o.format = (enum mux_format)format;
	o.rate = l.rate;
	if (mux_run(&o, &e) < 0)
		die(111, "%s", e.text);
	return 0;
}
