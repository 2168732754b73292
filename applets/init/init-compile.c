// SPDX-License-Identifier: MIT
/* init-compile - write the scandir that init will run
 *
 * usage: init-compile [ -c ] [ -l ] [ -u ] [ -r root ] dir
 *
 * Merges the service directories of /etc/s6, the manifests of /etc/basebox.d
 * and s6-overlay's tree into DIR, for a look (init does it at its start). Does
 * nothing but print when something is wrong, each thing on a line of its own:
 * FILE:LINE:COLUMN: what.
 *  -c  the container has a command of its own: the base image's app is left out
 *  -l  DIR is the live one: what an earlier life left there goes away, and
 *      /run/s6 is made where s6-overlay's tree is there
 *  -u  with -l, services run there: only what differs is written
 *  -r ROOT  put this before all paths
 *
 * Exit: 0 ok, 100 something is wrong, 111 system call failed.
 * See: README.md
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "compile.h"
#include "execline.h"
#include "os/fd.h"

struct init_compile {
	bool live, cmd, update;
	const char *root;
};

static const struct opt init_compile_opts[] = {
	{NULL, NULL, 'c', OPT_FLAG, offsetof(struct init_compile, cmd), 0},
	{NULL, NULL, 'l', OPT_FLAG, offsetof(struct init_compile, live), 0},
	{NULL, NULL, 'u', OPT_FLAG, offsetof(struct init_compile, update), 0},
	{NULL, NULL, 'r', OPT_STR, offsetof(struct init_compile, root), 0},
	{0},
};

/* s6-overlay's way to make services at the start; its failure is its own. */
static void hook(const char *root, const char *line)
{
	char *argv[] = {(char *)"execlineb", (char *)"-Pc", (char *)line, NULL};

	if (!line || !*line)
		return;
	compile_environment(root);
	if (el_run(argv))
		say_warn("S6_STAGE2_HOOK failed");
}

int init_compile_main(int argc, char **argv)
{
	struct init_compile o = {.root = ""};
	int i = applet_opts("init-compile", init_compile_opts, &o, argc, argv,
			    1);
	char root[PATH_MAX] = "";
	struct compile_opts c = {.root = root, .out = argv[i],
				 .live = o.live, .cmd = o.cmd,
				 .update = o.update};
	struct buf found = {0};
	struct err e;
	int r;

	/* what links will point to is below it */
	if (*o.root && !realpath(o.root, root))
		die_sys(111, errno, "unable to find %s", o.root);
	if (argv[i + 1])
		applet_usage("init-compile");
	if (o.live && !o.update)
		hook(root, getenv("S6_STAGE2_HOOK"));
	r = compile_run(&c, &found, &e);
	if (r < 0)
		die(111, "%s", e.text);
	if (found.len && fd_write(2, found.p, found.len, &e) < 0)
		return 111;
	return r ? 100 : 0;
}
