// SPDX-License-Identifier: MIT
/* An applet by its name, its options, and what it says when they are wrong: the
 * usage lines of its own help, so that they are written down once. */
#include <string.h>

#include "base.h"
#include "main.h"

const char *applet_argv0;

int applet_find(const char *name)
{
	unsigned lo = 0, hi = applet_count;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		int c = strcmp(name, applet_name(mid));

		if (c == 0)
			return (int)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

/* The first usage paragraph of the help: each usage on one line. */
static void put_usage(struct buf *b, const char *help)
{
	const char *p = strstr(help, "\nusage: ");

	for (p = p ? p + 8 : ""; *p && !(p[0] == '\n' && p[1] == '\n'); p++) {
		if (*p != '\n') {
			buf_addc(b, *p);
		} else if (!strncmp(p + 1, "usage: ", 7)) {
			buf_addf(b, "\n%s: ", say_name());
		} else {
			while (p[1] == ' ')
				p++;
			buf_addc(b, ' ');
		}
	}
}

static int take_usage(void *ctx, unsigned number UNUSED, char *text)
{
	put_usage(ctx, text);
	return 1;
}

void applet_usage(const char *name)
{
	int i = applet_find(name);
	struct buf b = {0};

	say_prog(name);
	if (i >= 0)
		main_texts(applets[i].text, applets[i].text + 1u, take_usage, &b);
	die_usage(buf_str(&b));
}

int applet_num(const char *name, const char *s)
{
	uint64_t v;

	if (!num_arg(s, INT32_MAX, &v))
		applet_usage(name);
	return (int)v;
}

int applet_opts(const char *name, const struct opt *table, void *opts, int argc,
		char **argv, int min)
{
	int next = 1;

	say_prog(name);
	if ((table && opt_getopt(table, opts, argc, argv, &next, NULL) < 0) ||
	    argc - next < min)
		applet_usage(name);
	return next;
}
