// SPDX-License-Identifier: MIT
/* basebox's own command line: the list, --version, and what to say about a
 * name that is no applet. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "main.h"

int main_put(const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(1, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			dprintf(2, "basebox: fatal: unable to write: %s\n",
				strerror(errno));
			return 111;
		}
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

static int list(void)
{
	unsigned i;

	for (i = 0; i < applet_count; i++)
		dprintf(1, "%-20s %s\n", applets[i].name, applets[i].summary);
	return 0;
}

int main_command(int argc, char **argv)
{
	if (argc < 2)
		return list();
	if (!strcmp(argv[1], "--version"))
		return main_put("basebox " BASEBOX_VERSION "\n");
	dprintf(2, "basebox: fatal: no applet named %s\n", argv[1]);
	return 127;
}
