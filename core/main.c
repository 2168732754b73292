// SPDX-License-Identifier: MIT
/* main - argv[0] -> generated table -> applet. The only code, with its
 * neighbours main_*.c, that knows all applets. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "main.h"

/* Descriptors 0 to 2 exist before anything is opened, so that no file of ours
 * can become standard output or error. */
static int have_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return -1;
	} while (fd < 3);
	close(fd);
	return 0;
}

const struct applet *applet_find(const char *name)
{
	unsigned lo = 0, hi = applet_count;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		int c = strcmp(name, applets[mid].name);

		if (c == 0)
			return &applets[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static int run_applet(const struct applet *a, int argc, char **argv)
{
	argv[0] = (char *)a->name;
	if (!a->own_fds && have_standard_fds() < 0 && getpid() != 1)
		return 111;
	if (argc > 1 && !strcmp(argv[1], "--help") && !a->own_help)
		return main_put(a->help);
	return a->main(argc, argv);
}

int main(int argc, char **argv)
{
	const struct applet *a;
	const char *name, *slash;

	if (argc < 1)
		return 100;
	slash = strrchr(argv[0], '/');
	name = slash ? slash + 1 : argv[0];
	if (*name == '-') /* a login shell's */
		name++;
	a = applet_find(name);
	if (a)
		return run_applet(a, argc, argv);
	/* Any other name is basebox's own command; so the file may be renamed. */
	if (argc > 1 && argv[1][0] != '-') {
		a = applet_find(argv[1]);
		if (a)
			return run_applet(a, argc - 1, argv + 1);
	}
	return main_command(argc, argv);
}
