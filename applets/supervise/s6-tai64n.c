// SPDX-License-Identifier: MIT
/* s6-tai64n - put a TAI64N stamp before each line
 *
 * usage: s6-tai64n
 *
 * From standard input to standard output.
 *
 * Exit: 0 ok, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-tai64n.html
 */
#include "applet.h"
#include "applets.h"
#include "base.h"
#include "line_filter.h"
#include "s6.h"

static int stamp(void *ctx UNUSED, struct buf *out, const char *line, size_t n)
{
	char text[TAI_TEXT];
	struct tai now;

	tai_now(&now);
	tai_put(text, &now);
	buf_adds(out, text);
	buf_addc(out, ' ');
	buf_add(out, line, n);
	if (!n || line[n - 1] != '\n')
		buf_addc(out, '\n');
	return 0;
}

int s6_tai64n_main(int argc, char **argv)
{
	applet_opts("s6-tai64n", NULL, NULL, argc, argv, 0);
	return line_filter(stamp, NULL);
}
