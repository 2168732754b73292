// SPDX-License-Identifier: MIT
/* s6-ftrig-listen - run a program and wait for events in fifodirs
 *
 * usage: s6-ftrig-listen [ -a | -o ] [ -t timeout ] fifodir1 regexp1 ... ""
 *        prog...
 *
 * The pairs are an execline block. Listens before prog is started.
 *  -a  for all of them (default)   -o  for any of them
 *  -t, --timeout MS  give up after this time (0: never)
 *
 * Exit: 0 ok, 1 timed out, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-ftrig-listen.html
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "ev_match.h"
#include "execline.h"

struct listen_opts {
	int any;
	uint32_t timeout;
};

static const struct opt s6_ftrig_listen_opts[] = {
	{NULL, NULL, 'a', OPT_SET, offsetof(struct listen_opts, any), 0},
	{NULL, NULL, 'o', OPT_SET, offsetof(struct listen_opts, any), 1},
	{"timeout", NULL, 't', OPT_U32, offsetof(struct listen_opts, timeout),
	 0},
	{0},
};

int s6_ftrig_listen_main(int argc, char **argv)
{
	struct listen_opts o = {0};
	int i = applet_opts("s6-ftrig-listen", s6_ftrig_listen_opts, &o, argc,
			    argv, 4);
	int64_t deadline = ev_deadline(o.timeout);
	size_t n = el_block_size(argv + i);
	struct ev_match m;

	if (!n || n % 2 || !argv[i + (int)n] || !argv[i + (int)n + 1])
		applet_usage("s6-ftrig-listen");
	el_block(argv + i, 1);
	ev_match_open(&m, argv + i, n / 2);
	m.ev.any = o.any;
	ev_match_run(&m, argv + i + n + 1, deadline);
	ev_match_close(&m);
	return 0;
}
