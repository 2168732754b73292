// SPDX-License-Identifier: MIT
/* The listening side of fifodirs. The FIFO is made with a dot before its name,
 * which notifiers do not look at, opened at both ends and only then renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "s6/fifodir.h"
#include "s6/listen.h"
#include "s6/tai.h"

/* "DIR/.ftrig1:@<stamp>:<random>"; returns where the name begins. */
static char *fresh_name(struct s6_listen *l, const char *dir, struct err *e)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	unsigned char r[6] = {0};
	char stamp[TAI_TEXT];
	struct tai now;

	tai_now(&now);
	tai_put(stamp, &now);
	if (getrandom(r, sizeof r, GRND_NONBLOCK) < 0)
		for (size_t i = 0; i < sizeof r; i++)
			r[i] = (unsigned char)(getpid() >> (6 * i));
	int n = snprintf(l->path, sizeof l->path, "%s/.ftrig1:%s:", dir, stamp);
	if (n < 0 || (size_t)n + sizeof r >= sizeof l->path) {
		err_set(e, ENAMETOOLONG, "unable to listen to %s", dir);
		return NULL;
	}
	for (size_t i = 0; i < sizeof r; i++)
		l->path[n++] = set[r[i] % 64];
	l->path[n] = '\0';
	return l->path + n - S6_FTRIG_LEN - 1;
}

static int make(struct s6_listen *l, const char *dir, struct err *e)
{
	char shown[PATH_MAX];
	char *name;

	if (!*dir) /* not the root */
		return err_set(e, EPROTO, "unable to listen to nothing");
	do {
		name = fresh_name(l, dir, e);
		if (!name)
			return -1;
	} while (mkfifo(l->path, 0622) < 0 && errno == EEXIST);
	/* other users' supervisors write to it, whatever the umask */
	if (chmod(l->path, 0622) < 0)
		return err_set(e, errno, "unable to listen to %s", dir);
	l->fd = open(l->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (l->fd >= 0)
		l->wfd = open(l->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (l->wfd < 0)
		return err_set(e, errno, "unable to listen to %s", dir);
	size_t at = (size_t)(name - l->path);
	memcpy(shown, l->path, at);
	memcpy(shown + at, name + 1, S6_FTRIG_LEN + 1);
	if (rename(l->path, shown) < 0)
		return err_set(e, errno, "unable to listen to %s", dir);
	memmove(name, name + 1, S6_FTRIG_LEN + 1);
	return 0;
}

int s6_listen_open(struct s6_listen *l, const char *dir, struct err *e)
{
	l->fd = l->wfd = -1;
	l->path[0] = '\0';
	if (make(l, dir, e) == 0)
		return 0;
	s6_listen_close(l);
	return -1;
}

ssize_t s6_listen_read(struct s6_listen *l, char *buf, size_t n)
{
	ssize_t r;

	do
		r = read(l->fd, buf, n);
	while (r < 0 && errno == EINTR);
	return r < 0 && errno == EAGAIN ? 0 : r;
}

void s6_listen_close(struct s6_listen *l)
{
	if (l->path[0])
		unlink(l->path);
	l->path[0] = '\0';
	if (l->fd >= 0)
		close(l->fd);
	if (l->wfd >= 0)
		close(l->wfd);
	l->fd = l->wfd = -1;
}
