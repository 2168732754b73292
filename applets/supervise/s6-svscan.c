// SPDX-License-Identifier: MIT
/* s6-svscan - supervise all services of a directory, as PID 1 or not
 *
 * usage: s6-svscan [ -c maxservices | -C maxdirs ] [ -L maxname ] [ -t rescan ]
 *        [ -d notif ] [ -X consoleholder ] [ --isolate ] [ dir ]
 *
 * Each directory in dir (default: the current one) whose name does not begin
 * with a dot is a service; one with a subdirectory `log` gets a logger behind
 * a pipe. All are supervised inside this process.
 *
 *  -c N  at most N services, each with or without a logger
 *  -C, --services-max N    at most N directories with loggers (1000)
 *  -L, --name-max N        ignore names longer than N (251)
 *  -t, --timeout MS        scan again every MS milliseconds (0: never)
 *  -d, --notification-fd FD  write a newline there when commands are taken
 *  -X, --console-holder FD   standard error of the service s6-svscan-log
 *  --isolate  an s6-supervise process for each service, as s6 has it; a file
 *             flag-own-supervisor in a service directory does it for that one
 *
 * A file control-group in a service directory names a group whose members may
 * see and command it, watch-group one that may see it.
 *
 * Signals: TERM, INT stop all, loggers last; QUIT stops all at once; HUP scans
 * and ends what is gone; ALRM scans; ABRT leaves at once. An executable
 * .s6-svscan/SIGNAME takes the place of each but ALRM and ABRT. A second TERM
 * does the default even then, one more kills what is left. At the end
 * .s6-svscan/finish is executed.
 *
 * Exit: 0 stopped, 100 wrong usage or already supervised, 111 system call
 * failed.
 * See: https://skarnet.org/software/s6/s6-svscan.html
 */
#include <errno.h>
#include <fcntl.h>

#include "applet.h"
#include "applets.h"
#include "supervise.h"

enum { NAME_LEAST = 11, NAME_MOST = 1019 };

#define AT(field) offsetof(struct svscan_options, field)

static const struct opt s6_svscan_opts[] = {
	{NULL, NULL, 'c', OPT_U32, AT(max_services), 0},
	{"services-max", NULL, 'C', OPT_U32, AT(max_dirs), 0},
	{"name-max", NULL, 'L', OPT_U32, AT(max_name), 0},
	{"timeout", NULL, 't', OPT_U32, AT(rescan), 0},
	{"notification-fd", NULL, 'd', OPT_INT, AT(notify), 0},
	{"console-holder", NULL, 'X', OPT_INT, AT(console), 0},
	{"isolate", NULL, 0, OPT_FLAG, AT(isolate), 0},
	{0},
};

static uint32_t clamp(uint32_t v, uint32_t least, uint32_t most)
{
	return v < least ? least : v > most ? most : v;
}

static void check_fd(const char *what, int fd, int absent)
{
	if (fd == absent)
		return;
	if (fd < 3)
		die(100, "%s must be 3 or more", what);
	if (fcntl(fd, F_GETFD) < 0)
		die_sys(100, errno, "invalid %s", what);
}

int s6_svscan_main(int argc, char **argv)
{
	struct svscan_options o = {.dir = ".",
				   .max_dirs = 1000,
				   .max_name = 251,
				   .notify = -1,
				   .console = -1};
	int i;

	signal_block_all();
	i = applet_opts("s6-svscan", s6_svscan_opts, &o, argc, argv, 0);
	if (i < argc)
		o.dir = argv[i];
	if (o.max_services) {
		o.max_services = clamp(o.max_services, 2, 90000);
		o.max_dirs = 2 * o.max_services;
	}
	o.max_dirs = clamp(o.max_dirs, 4, 160000);
	o.max_name = clamp(o.max_name, NAME_LEAST, NAME_MOST);
	check_fd("notification fd", o.notify, -1);
	check_fd("console holder fd", o.console, -1);
	o.notify = o.notify < 0 ? 0 : o.notify;
	o.console = o.console < 0 ? 0 : o.console;
	return svscan_run(&o);
}
