// SPDX-License-Identifier: MIT
/* plan - show in which order services start, and what needs what
 *
 * usage: plan [--dot] [DIR]
 *
 * A line for each service, oneshot and bundle of the live scandir (or of DIR,
 * as `init compile` wrote it): the step in which it can start at the earliest,
 * its name, its kind and what it starts after. Stopping goes the other way.
 *  --dot  the graph in Graphviz' language
 *
 * Exit: 0 ok, 1 a cycle or an unknown name, 100 wrong usage or no scandir,
 *   111 system call failed.
 * See: README.md
 */
#include "applet.h"
#include "applets.h"
#include "os/fd.h"
#include "survey.h"

struct plan {
	bool dot;
};

static const struct opt plan_opts[] = {
	{"dot", NULL, 0, OPT_FLAG, offsetof(struct plan, dot), 0},
	{0},
};

int plan_main(int argc, char **argv)
{
	struct plan o = {0};
	int i = applet_opts("plan", plan_opts, &o, argc, argv, 0), r;
	char scandir[PATH_MAX];
	struct buf b = {0};
	struct survey v;
	struct err e;

	if (argc - i > 1)
		applet_usage("plan");
	if (survey_find(scandir, argv[i], &e) < 0)
		die(100, "%s", e.text);
	if (survey_load(&v, scandir, &e) < 0)
		die(111, "%s", e.text);
	r = survey_plan(&v, o.dot, &b, &e);
	if (r < 0)
		say_warn("%s", e.text);
	if (fd_write(1, buf_str(&b), b.len, &e) < 0)
		die(111, "%s", e.text);
	return r < 0;
}
