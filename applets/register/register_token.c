// SPDX-License-Identifier: MIT
/* register_token - the file with the ACL token: a new one is used at once. Its
 * folder is watched for a file that was written, or moved there, as secrets are
 * exchanged; a look now and then finds what no event tells, such as a change
 * behind a mounted file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "register_applet.h"

enum { TOKEN_MAX = 4096, LOOK_MS = 5000 };

/* What cannot be used leaves the old token in place. */
static bool use(struct register_token *t)
{
	BUF_AUTO struct buf b = {0};
	struct str token;
	struct err e;
	bool used = false;

	if (file_read(AT_FDCWD, t->path, &b, TOKEN_MAX, &e) < 0) {
		log_warn("register", "token file: %s", e.text);
		return false;
	}
	token = str_trim(str_n(buf_str(&b), b.len), " \t\r\n");
	if (!token.n) {
		log_warn("register", "token file: %s is empty", t->path);
		return false;
	}
	b.p[(size_t)(token.p - b.p) + token.n] = '\0';
	used = store_set_token(t->store, token.p, &e) == 0;
	if (!used)
		log_warn("register", "token: %s", e.text);
	explicit_bzero(b.p, b.len);
	return used;
}

static bool changed(struct register_token *t)
{
	struct stat st;

	if (stat(t->path, &st) < 0 ||
	    (st.st_mtim.tv_sec == t->seen.st_mtim.tv_sec &&
	     st.st_mtim.tv_nsec == t->seen.st_mtim.tv_nsec &&
	     st.st_ino == t->seen.st_ino))
		return false;
	t->seen = st;
	return true;
}

static void look(struct register_token *t)
{
	if (!changed(t) || !use(t))
		return;
	log_info("register", "a new token: registering again");
	t->fn(t->ctx);
}

static void on_time(struct loop_timer *timer)
{
	struct register_token *t = timer->ctx;

	loop_timer_set(t->loop, timer, clock_mono_ms() + LOOK_MS, on_time, t);
	look(t);
}

static void on_event(struct loop_fd *w, uint32_t events)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)events;
	while (read(w->fd, buf, sizeof(buf)) > 0)
		;
	look(w->ctx);
}

static void watch_folder(struct register_token *t)
{
	const char *slash = strrchr(t->path, '/');
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char dir[PATH_MAX] = ".";
	struct err e;

	if (fd < 0)
		return;
	if (slash)
		snprintf(dir, sizeof(dir), "%.*s",
			 slash == t->path ? 1 : (int)(slash - t->path),
			 t->path);
	if (inotify_add_watch(fd, dir, IN_CLOSE_WRITE | IN_MOVED_TO) < 0 ||
	    loop_watch(t->loop, &t->folder, fd, EPOLLIN, on_event, t, &e) < 0)
		close(fd);
}

void register_token_watch(struct register_token *t, struct loop *l,
			  struct store *s, void (*fn)(void *ctx), void *ctx)
{
	t->loop = l;
	t->store = s;
	t->fn = fn;
	t->ctx = ctx;
	if (stat(t->path, &t->seen) < 0)
		die_sys(111, errno, "token file %s", t->path);
	watch_folder(t);
	use(t);
	loop_timer_set(l, &t->timer, clock_mono_ms() + LOOK_MS, on_time, t);
}
