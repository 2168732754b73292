// SPDX-License-Identifier: MIT
/* main - argv[0] -> generated table -> applet. The only code, with its
 * neighbours in this folder, that knows all applets. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
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

static int run(int i, int argc, char **argv)
{
	applet_argv0 = argv[0];
	argv[0] = (char *)applet_name((unsigned)i);
	say_prog(argv[0]);
	/* PID 1 of a bare image may start before /dev is there. */
	if (!applets[i].own_fds && have_standard_fds() < 0 && getpid() != 1)
		return 111;
	if (argc > 1 && !strcmp(argv[1], "--help") && !applets[i].own_help)
		return main_help(i);
	return applet_mains[i](argc, argv);
}

int main(int argc, char **argv)
{
	const char *name;
	int i, self;

	if (argc < 1)
		return 100;
	name = strrchr(argv[0], '/');
	name = name ? name + 1 : argv[0];
	if (*name == '-') /* a login shell's */
		name++;
	/* Under a name that is no applet's the file is basebox itself. */
	self = applet_find("basebox");
	i = applet_find(name);
	if (i < 0)
		i = self;
	if (i == self && argc > 1 && argv[1][0] != '-') {
		int inner = applet_find(argv[1]);

		if (inner >= 0)
			return run(inner, argc - 1, argv + 1);
	}
	return run(i, argc, argv);
}
