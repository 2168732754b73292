// SPDX-License-Identifier: MIT
/* status - how the services are, and why
 *
 * usage: status [--json] [--watch] [--scandir DIR] [NAME...]
 *        status [--scandir DIR] why NAME
 *
 * A line for each service: its state and since when, how often it was started
 * again (as far as it is kept), whether it is ready, its health and
 * registration as the registrar sees them, and its last end. `why` explains
 * one service in sentences, with the chain of causes. Any live scandir will
 * do, of init or of s6-svscan. Colours only on a terminal, and not when
 * NO_COLOR is set.
 *  --json         one object
 *  -w, --watch    goes on: draws again at each change; where the output is no
 *                 terminal, writes the lines that changed
 *  --scandir DIR  where the services are
 *
 * Exit: 0 ok, 1 a NAME is not ready (or not done), 100 wrong usage, no such
 *   service or no scandir, 111 system call failed.
 * See: README.md
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "os/fd.h"
#include "status_watch.h"
#include "survey.h"

struct status {
	bool json, watch;
	const char *scandir;
};

static const struct opt status_opts[] = {
	{"json", NULL, 0, OPT_FLAG, offsetof(struct status, json), 0},
	{"watch", NULL, 'w', OPT_FLAG, offsetof(struct status, watch), 0},
	{"scandir", NULL, 0, OPT_STR, offsetof(struct status, scandir), 0},
	{0},
};

/* 1 when one of them is not ready. */
static int check_names(const struct survey *v, char *const *names)
{
	int code = 0;

	for (; *names; names++) {
		const struct survey_service *s = survey_get(v, *names);

		if (!s)
			die(100, "%s: no such service in %s", *names,
			    v->scandir);
		code |= !s->ready;
	}
	return code;
}

int status_main(int argc, char **argv)
{
	struct status o = {0};
	int i = applet_opts("status", status_opts, &o, argc, argv, 0), code;
	bool why = argv[i] && argv[i + 1] && !strcmp(argv[i], "why");
	bool terminal = isatty(1);
	const char *no_colour = getenv("NO_COLOR");
	bool colour = terminal && !(no_colour && *no_colour);
	char **names = argv + i + why;
	char scandir[PATH_MAX];
	struct buf b = {0};
	struct survey v;
	struct err e;

	if (survey_find(scandir, o.scandir, &e) < 0)
		die(100, "%s", e.text);
	if (survey_load(&v, scandir, &e) < 0)
		die(111, "%s", e.text);
	code = check_names(&v, names);
	if (o.watch && !why)
		return status_watch(scandir, names, o.json, terminal, colour);
	if (why)
		while (*names)
			survey_why(&v, survey_get(&v, *names++), &b);
	else if (o.json)
		survey_json(&v, names, &b);
	else
		survey_table(&v, names, colour, true, &b);
	if (fd_write(1, buf_str(&b), b.len, &e) < 0)
		die(111, "%s", e.text);
	return code;
}
