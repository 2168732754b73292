// SPDX-License-Identifier: MIT
/* choom - run a program with another score for the out-of-memory killer
 *
 * usage: choom -n score [ -- ] prog...
 *
 *  -n, --adjust NUM  from minus 1000 (never killed) to 1000 (first); less than
 *      now needs a privilege, and without it the program runs with what it has
 *
 * Exit: prog's; 100 wrong usage, 126 and 127 prog cannot be executed or found.
 * See: https://man7.org/linux/man-pages/man1/choom.1.html
 * Fds: own
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct choom {
	const char *score;
};

static const struct opt choom_opts[] = {
	{"adjust", NULL, 'n', OPT_STR, offsetof(struct choom, score), 0},
	{0},
};

int choom_main(int argc, char **argv)
{
	struct choom o = {0};
	int i = applet_opts("choom", choom_opts, &o, argc, argv, 1), fd;
	int64_t n;

	if (!o.score || !num_i64(str_of(o.score), -1000, 1000, &n))
		applet_usage("choom");
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, o.score, strlen(o.score)) < 0)
		say_warnsys(errno, "unable to set the score %s", o.score);
	if (fd >= 0)
		close(fd);
	el_exec(argv + i);
}
