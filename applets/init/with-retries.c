// SPDX-License-Identifier: MIT
/* with-retries - run a program again until it succeeds
 *
 * usage: with-retries [ -n TIMES ] [ -t MS ] prog...
 *
 *  -n TIMES  so often at most (3)
 *  -t MS     pause between two tries (500)
 *
 * Exit: that of the last try (128+n when killed by signal n); 100 wrong usage,
 *   111 system call failed, 126 and 127 prog cannot be executed or found.
 * See: https://github.com/just-containers/s6-overlay
 * Fds: own
 */
#include <errno.h>
#include <sys/wait.h>
#include <time.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct with_retries {
	uint32_t times, pause; /* ms */
};

static const struct opt with_retries_opts[] = {
	{NULL, NULL, 'n', OPT_U32, offsetof(struct with_retries, times), 0},
	{NULL, NULL, 't', OPT_U32, offsetof(struct with_retries, pause), 0},
	{0},
};

static int code_of(int wstat)
{
	return WIFEXITED(wstat) ? WEXITSTATUS(wstat) : 128 + WTERMSIG(wstat);
}

static void rest(uint32_t ms)
{
	struct timespec left = {ms / 1000, (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) < 0)
		;
}

int with_retries_main(int argc, char **argv)
{
	struct with_retries o = {.times = 3, .pause = 500};
	int i = applet_opts("with-retries", with_retries_opts, &o, argc, argv,
			    1);

	if (!o.times)
		applet_usage("with-retries");
	for (uint32_t left = o.times; left--; rest(o.pause)) {
		pid_t pid = el_spawn(argv + i);
		int code;

		if (pid < 0 && !left)
			el_die_exec(errno, argv[i]);
		if (pid < 0)
			continue;
		code = code_of(el_wait(pid));
		if (!code || !left)
			return code;
	}
	return 0;
}
