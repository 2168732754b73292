// SPDX-License-Identifier: MIT
/* s6-tai64nlocal - make TAI64N stamps before lines readable
 *
 * usage: s6-tai64nlocal [ -g ]
 *
 * From standard input to standard output.
 *  -g  in GMT instead of local time
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-tai64nlocal.html
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "line_filter.h"
#include "s6.h"

struct local {
	bool gmt;
};

static const struct opt s6_tai64nlocal_opts[] = {
	{NULL, NULL, 'g', OPT_FLAG, offsetof(struct local, gmt), 0},
	{0},
};

static int convert(void *ctx, struct buf *out, const char *line, size_t n)
{
	const struct local *o = ctx;
	char text[TAI_LOCAL];
	struct tai t;

	/* from 1970 on, as far as a calendar goes, and no nonsense */
	if (tai_parse(line, n, &t) && t.sec >> 36 == UINT64_C(1) << 26 &&
	    t.nano < 1000000000) {
		tai_local(text, &t, o->gmt);
		buf_adds(out, text);
		line += TAI_HEX + 1;
		n -= TAI_HEX + 1;
	}
	buf_add(out, line, n);
	return 0;
}

int s6_tai64nlocal_main(int argc, char **argv)
{
	struct local o = {0};

	applet_opts("s6-tai64nlocal", s6_tai64nlocal_opts, &o, argc, argv, 0);
	return line_filter(convert, &o);
}
