// SPDX-License-Identifier: MIT
/* sv_stat - reading a service's files, and the sentence that s6-svstat prints,
 * whose words and order scripts rely on. */
#include "sv_stat.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"

static bool normally_up(const char *dir)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof path, "%s/down", dir) < (int)sizeof path &&
	       faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

static void read_error(const char *dir, struct sv_stat *s)
{
	char path[PATH_MAX];
	ssize_t n = -1;

	if (s6_place(path, dir, "supervise/last-error", NULL) == 0)
		n = file_peek(AT_FDCWD, path, s->last_error,
			      sizeof s->last_error - 1, NULL);
	s->last_error[n < 0 ? 0 : n] = '\0';
	s->last_error[strcspn(s->last_error, "\n")] = '\0';
}

int sv_stat_read(const char *dir, struct sv_stat *s)
{
	char path[PATH_MAX];
	struct tai now;
	struct err e;
	int r = s6_place(path, dir, S6_LOCK, &e);

	if (r == 0)
		r = s6_lock_test(AT_FDCWD, path, &e);
	if (r == 0) {
		say_fatal("unable to read status for %s: "
			  "s6-supervise not running",
			  dir);
		return 1;
	}
	if (r < 0) {
		say_fatal("unable to check %s: %s", dir, strerror(e.num));
		return 111;
	}
	if (s6_place(path, dir, S6_STATUS, &e) < 0 ||
	    s6_status_read(AT_FDCWD, path, &s->st, &e) < 0) {
		say_fatal("unable to read status for %s: %s", dir,
			  strerror(e.num));
		return 111;
	}
	tai_now(&now);
	s->up = s6_status_up(&s->st);
	s->fresh = s6_status_fresh(&s->st);
	s->normally_up = normally_up(dir);
	s->seconds = tai_since(&s->st.stamp, &now);
	s->ready_seconds = tai_since(&s->st.ready_stamp, &now);
	read_error(dir, s);
	return 0;
}

static void put_end(struct buf *b, const struct sv_stat *s, bool numeric)
{
	unsigned sig = WTERMSIG(s->st.wstat);

	if (!WIFSIGNALED(s->st.wstat))
		buf_addf(b, "down (exitcode %d)", WEXITSTATUS(s->st.wstat));
	else if (numeric)
		buf_addf(b, "down (signal %u)", sig);
	else
		buf_addf(b, "down (signal SIG%s)", sig_name((int)sig));
}

void sv_stat_line(struct buf *b, const struct sv_stat *s, bool numeric)
{
	if (s->up)
		buf_addf(b, "up (pid %d)", (int)s->st.pid);
	else if (s->fresh)
		buf_adds(b, "down (not started yet)");
	else
		put_end(b, s, numeric);
	if (!s->fresh)
		buf_addf(b, " %llu seconds", (unsigned long long)s->seconds);
	if (s->up != s->normally_up)
		buf_addf(b, ", normally %s", s->normally_up ? "up" : "down");
	if (s->up && s->st.paused)
		buf_adds(b, ", paused");
	if (s->up != s->st.want_up)
		buf_addf(b, ", want %s", s->st.want_up ? "up" : "down");
	if (s->st.ready)
		buf_addf(b, ", ready %llu seconds",
			 (unsigned long long)s->ready_seconds);
}
