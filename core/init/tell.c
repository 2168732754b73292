// SPDX-License-Identifier: MIT
/* tell.c - what init says of its starts and stops. In an image of s6-overlay
 * these are s6-rc's words: there are programs that look for them in the log to
 * learn that a container is up. */
#include <fcntl.h>
#include <string.h>

#include "init/inner.h"

enum { LINES = 2 }; /* S6_VERBOSITY from which each step is a line */

/* It has a line of its own there, as it is a oneshot. */
#define LEGACY "legacy-services"

void tell_open(struct init *in)
{
	char text[16];
	uint64_t v;
	ssize_t n = file_peek(in->live, ".init/verbosity", text, sizeof(text),
			      NULL);

	in->verbosity = 1;
	if (n > 0 && num_u64(str_trim(str_n(text, (size_t)n), " \n"), 255, &v))
		in->verbosity = (unsigned)v;
}

void tell(const struct init *in, const struct node *n, const char *step)
{
	if (in->verbosity >= LINES)
		say_line("s6-rc: info: service %s%s", n->name, step);
}

void tell_wrong(const struct init *in, bool fatal, const char *name,
		const char *what)
{
	if (fatal || in->verbosity)
		say_line("init: %s: %s: %s", fatal ? "fatal" : "warning", name,
			 what);
}

void tell_up(struct init *in)
{
	const struct node *n = graph_find(&in->graph, LEGACY);
	bool waits = n && n->state == NODE_IDLE;

	graph_up(&in->graph);
	if (waits && n->state == NODE_UP)
		tell(in, n, TELL_STARTED);
}
