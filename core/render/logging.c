// SPDX-License-Identifier: MIT
/* logging - the log's other places: a file that is rotated by size and age,
 * and the syslog socket.
 *
 * A log file is named after the time it was begun: BASE-<unix ns>EXT; a new
 * one begins at each start, reload and rotation. Its lines carry no stamp, as
 * the original's. */
#include "render/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/dir.h"

enum { ARCHIVES_MAX = 10000 };

static const char *reason(int num)
{
	return num == ENOENT   ? "no such file or directory"
	       : num == EACCES ? "permission denied"
	       : num == EISDIR ? "is a directory"
			       : strerror(num);
}

/* --- the file --- */

/* DIR, BASE and EXT of the configured path; a path that ends in '/' is a
 * folder for "consul-template.log". */
static int split_path(struct render_log *g, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot;

	g->dir = slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup("");
	if (!*name)
		name = "consul-template.log";
	dot = strrchr(name, '.');
	g->base = strndup(name, dot ? (size_t)(dot - name) : strlen(name));
	g->ext = strdup(dot ? dot : ".log");
	return g->dir && g->base && g->ext ? 0 : -1;
}

/* Whether a name is one of our archives: BASE-digits...EXT. */
static bool is_archive(const struct render_log *g, const char *name)
{
	struct str s = str_of(name);
	size_t n = strlen(g->base);

	return str_prefix(s, str_of(g->base)) && s.n > n && s.p[n] == '-' &&
	       str_suffix(s, str_of(g->ext)) && s.n > n + 1 + strlen(g->ext);
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

/* Keeps the newest max_files; a negative number keeps none. */
static void prune(const struct render_log *g)
{
	size_t keep = g->max_files < 0 ? 0 : (size_t)g->max_files;
	struct strlist names = {0};
	const char *name;
	struct dir d;

	if (!g->max_files ||
	    dir_open(&d, AT_FDCWD, *g->dir ? g->dir : ".", NULL) < 0)
		return;
	while ((name = dir_next(&d)))
		if (is_archive(g, name) && (names.n >= ARCHIVES_MAX ||
					    strlist_add(&names, name) < 0))
			break;
	if (names.n > keep) {
		qsort(names.items, names.n, sizeof(*names.items), by_name);
		for (size_t i = 0; i < names.n - keep; i++)
			unlinkat(d.fd, names.items[i], 0);
	}
	dir_close(&d);
	strlist_free(&names);
}

static int open_file(struct render_log *g, struct err *e)
{
	struct timespec now = clock_wall();
	struct buf BUF_AUTO path = {0};

	prune(g);
	buf_addf(&path, "%s%s-%lld%09ld%s", g->dir, g->base,
		 (long long)now.tv_sec, now.tv_nsec, g->ext);
	if (path.failed)
		return err_nomem(e);
	g->fd = open(path.p, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (g->fd < 0)
		return err_set(e, 0, "open %s: %s", path.p, reason(errno));
	g->bytes = 0;
	g->born = clock_mono_ms();
	return 0;
}

static void write_file(struct render_log *g, const char *text, size_t n)
{
	struct iovec v[2] = {{(void *)(uintptr_t)text, n},
			     {(void *)(uintptr_t)"\n", 1}};
	bool full = g->max_bytes > 0 && g->bytes >= g->max_bytes;

	if (full || clock_mono_ms() - g->born >= g->max_age_ms) {
		close(g->fd);
		g->fd = -1;
		if (open_file(g, NULL) < 0)
			return;
	}
	if (writev(g->fd, v, 2) < 0)
		return; /* a full disk must not stop the rendering */
	g->bytes += (int64_t)n + 1;
}

/* --- syslog --- */

static int facility_number(const char *name)
{
	static const char *const names[] = {
		"KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR",
		"NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP", "", "", "", "",
		"LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5",
		"LOCAL6", "LOCAL7"};

	for (size_t i = 0; i < COUNT(names); i++)
		if (*name && str_ieq(str_of(name), str_of(names[i])))
			return (int)i;
	return -1;
}

static int open_syslog(struct render_log *g, const struct render_syslog *s,
		       struct err *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

	g->facility = facility_number(s->facility);
	if (g->facility < 0)
		return err_set(e, 0,
			       "error setting up syslog logger: invalid syslog "
			       "facility: %s",
			       s->facility);
	g->tag = strdup(s->name);
	g->sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!g->tag || g->sock < 0)
		return err_nomem(e);
	if (connect(g->sock, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_set(e, 0,
			       "error setting up syslog logger: Unix syslog "
			       "delivery error");
	return 0;
}

/* The original's severities; the level's own word is left out of the text. */
static void write_syslog(struct render_log *g, enum log_level level,
			 const char *text, size_t n)
{
	static const unsigned char severity[] = {
		[LOG_TRACE] = 5, [LOG_DEBUG] = 6, [LOG_INFO] = 5,
		[LOG_WARN] = 4,	 [LOG_ERR] = 3};
	const char *end = memchr(text, ']', n);
	struct timespec now = clock_wall();
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char head[256];
	struct iovec v[2];
	struct tm tm;
	int k;

	if (end && n > (size_t)(end + 2 - text)) {
		n -= (size_t)(end + 2 - text);
		text = end + 2;
	}
	localtime_r(&now.tv_sec, &tm);
	k = snprintf(head, sizeof(head), "<%d>%.3s %2d %02d:%02d:%02d %s[%d]: ",
		     g->facility * 8 + severity[level], months + 3 * tm.tm_mon,
		     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, g->tag,
		     (int)getpid());
	v[0] = (struct iovec){head, k < 0		       ? 0
				    : (size_t)k < sizeof(head) ? (size_t)k
							       : sizeof(head)};
	v[1] = (struct iovec){(void *)(uintptr_t)text, n};
	if (writev(g->sock, v, 2) < 0)
		return; /* nobody listens: standard error has the line */
}

/* --- both --- */

static void sink(void *ctx, enum log_level level, const char *text, size_t n)
{
	struct render_log *g = ctx;

	if (g->fd >= 0)
		write_file(g, text, n);
	if (g->sock >= 0)
		write_syslog(g, level, text, n);
}

void render_log_close(struct render_log *g)
{
	log_set_tee(NULL, NULL);
	if (g->fd >= 0)
		close(g->fd);
	if (g->sock >= 0)
		close(g->sock);
	free(g->dir);
	free(g->base);
	free(g->ext);
	free(g->tag);
	*g = (struct render_log){.fd = -1, .sock = -1};
}

int render_log_open(struct render_log *g, const struct render_config *c,
		    struct err *e)
{
	render_log_close(g);
	g->max_bytes = c->log_file.rotate_bytes;
	g->max_age_ms = dur_ms(c->log_file.rotate_duration);
	g->max_files = c->log_file.max_files;
	if (*c->log_file.path) {
		if (split_path(g, c->log_file.path) < 0)
			return err_nomem(e);
		if (open_file(g, e) < 0)
			return -1;
	}
	if (c->syslog.enabled && open_syslog(g, &c->syslog, e) < 0)
		return -1;
	if (g->fd >= 0 || g->sock >= 0)
		log_set_tee(sink, g);
	return 0;
}
