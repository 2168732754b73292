// SPDX-License-Identifier: MIT
/* The options of an applet, and what it says when they are wrong: the usage
 * lines of its own help, so that they are written down once. */
#include <string.h>

#include "applet.h"
#include "base.h"

/* The first usage paragraph of the help, on one line. */
static void put_usage(struct buf *b, const char *help)
{
	const char *p = strstr(help, "\nusage: ");

	for (p = p ? p + 8 : ""; *p && !(p[0] == '\n' && p[1] == '\n'); p++) {
		if (*p != '\n') {
			buf_addc(b, *p);
			continue;
		}
		while (p[1] == ' ')
			p++;
		buf_addc(b, ' ');
	}
}

void applet_usage(const char *name)
{
	const struct applet *a = applet_find(name);
	struct buf b = {0};

	put_usage(&b, a ? a->help : "");
	say_prog(name);
	die_usage(buf_str(&b));
}

int applet_opts(const char *name, const struct opt *table, void *opts, int argc,
		char **argv, int min)
{
	static const struct opt none[] = {{0}};
	int next;

	say_prog(name);
	if (opt_getopt(table ? table : none, opts, argc, argv, &next, NULL) < 0 ||
	    argc - next < min)
		applet_usage(name);
	return next;
}
