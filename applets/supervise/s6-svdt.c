// SPDX-License-Identifier: MIT
/* s6-svdt - show the death tally of a service
 *
 * usage: s6-svdt [ -S | -s ] [ -n maxentries ] servicedir
 *
 * One line for each end, oldest first.
 *  -s  signals as numbers          -S  as names (default)
 *  -n NUM  only the last NUM
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svdt.html
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "os/fd.h"
#include "s6.h"

struct svdt {
	int numeric;
	uint32_t max;
};

static const struct opt s6_svdt_opts[] = {
	{NULL, NULL, 's', OPT_SET, offsetof(struct svdt, numeric), 1},
	{NULL, NULL, 'S', OPT_SET, offsetof(struct svdt, numeric), 0},
	{NULL, NULL, 'n', OPT_U32, offsetof(struct svdt, max), 0},
	{0},
};

static void put(struct buf *b, const struct s6_death *d, bool numeric)
{
	char stamp[TAI_TEXT];

	tai_put(stamp, &d->when);
	if (!d->sig)
		buf_addf(b, "%s exitcode %u\n", stamp, d->code);
	else if (numeric)
		buf_addf(b, "%s signal %u\n", stamp, d->sig);
	else
		buf_addf(b, "%s signal SIG%s\n", stamp, sig_name(d->sig));
}

int s6_svdt_main(int argc, char **argv)
{
	struct svdt o = {.max = S6_TALLY_MAX};
	int i = applet_opts("s6-svdt", s6_svdt_opts, &o, argc, argv, 1), n;
	static struct s6_death deaths[S6_TALLY_MAX];
	char path[PATH_MAX];
	struct buf b = {0};
	struct err e;

	if (o.max > S6_TALLY_MAX)
		o.max = S6_TALLY_MAX;
	if (s6_place(path, argv[i], S6_TALLY, &e) < 0)
		die(111, "%s", e.text);
	n = s6_tally_read(AT_FDCWD, path, deaths, o.max, &e);
	if (n < 0)
		die_sys(111, e.num, "unable to read death tally for service %s",
			argv[i]);
	for (int k = 0; k < n; k++)
		put(&b, &deaths[k], o.numeric);
	if (b.failed || fd_write(1, buf_str(&b), b.len, NULL) < 0)
		die_sys(111, errno, "unable to write to stdout");
	return 0;
}
