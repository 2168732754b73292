// SPDX-License-Identifier: MIT
/* log - lines for standard error in s6's and in consul-template's form; see
 * base/log.h. */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"

enum { LINE = 8192 };

static const char *prog = "basebox";
static const char *log_name = "";
static bool nowait;
static enum log_level least_level = LOG_WARN;
static void (*tee_fn)(void *, enum log_level, const char *, size_t);
static void *tee_ctx;

/* A pipe that polls writable takes PIPE_BUF bytes without blocking. */
static size_t room_now(size_t n)
{
	struct pollfd p = {.fd = 2, .events = POLLOUT};

	if (poll(&p, 1, 0) <= 0)
		return 0;
	return n < PIPE_BUF ? n : PIPE_BUF;
}

/* One line, one write; a signal between is tried again, anything else (closed
 * or full standard error) is nobody's business here. */
static void put_line(const char *p, size_t n)
{
	while (n) {
		size_t k = nowait ? room_now(n) : n;
		ssize_t w = k ? write(2, p, k) : -1;

		if (!k)
			return;
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

void log_nowait(void)
{
	nowait = true;
}

void say_prog(const char *name)
{
	prog = name;
}

const char *say_name(void)
{
	return prog;
}

/* "PROG: KIND: text[: reason]\n" */
PRINTF(3, 0)
static void say(const char *kind, int num, const char *fmt, va_list ap)
{
	char line[LINE];
	size_t n, room = sizeof(line) - 1;
	int k;

	k = snprintf(line, room, "%s: %s", prog, kind);
	n = k < 0 ? 0 : (size_t)k < room ? (size_t)k : room - 1;
	k = fmt_vprint(line + n, room - n, fmt, ap);
	n += k < 0 ? 0 : (size_t)k < room - n ? (size_t)k : room - n - 1;
	if (num) {
		k = snprintf(line + n, room - n, ": %s", strerror(num));
		n += k < 0 ? 0 : (size_t)k < room - n ? (size_t)k : room - n - 1;
	}
	line[n++] = '\n';
	put_line(line, n);
}

#define SAY(kind, num)                                                         \
	do {                                                                   \
		va_list ap;                                                    \
		va_start(ap, fmt);                                             \
		say((kind), (num), fmt, ap);                                   \
		va_end(ap);                                                    \
	} while (0)

void say_info(const char *fmt, ...)
{
	SAY("info: ", 0);
}

void say_warn(const char *fmt, ...)
{
	SAY("warning: ", 0);
}

void say_warnsys(int num, const char *fmt, ...)
{
	SAY("warning: ", num);
}

void say_fatal(const char *fmt, ...)
{
	SAY("fatal: ", 0);
}

void die(int code, const char *fmt, ...)
{
	SAY("fatal: ", 0);
	_exit(code);
}

void die_sys(int code, int num, const char *fmt, ...)
{
	SAY("fatal: ", num);
	_exit(code);
}

PRINTF(2, 3)
static void say_kind(const char *kind, const char *fmt, ...)
{
	SAY(kind, 0);
}

void die_usage(const char *usage)
{
	say_kind("usage: ", "%s", usage);
	_exit(100);
}

void say_line(const char *fmt, ...)
{
	char line[LINE];
	va_list ap;
	int k;
	size_t n;

	va_start(ap, fmt);
	k = fmt_vprint(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	n = k < 0 ? 0
	    : (size_t)k < sizeof(line) - 1 ? (size_t)k
					   : sizeof(line) - 2;
	line[n++] = '\n';
	put_line(line, n);
}

static const char *const level_names[] = {"TRACE", "DEBUG", "INFO", "WARN",
					  "ERR"};

int log_level_parse(const char *name)
{
	for (size_t i = 0; i < COUNT(level_names); i++)
		if (!strcasecmp(name, level_names[i]))
			return (int)i;
	return -1;
}

void log_set_level(enum log_level least)
{
	least_level = least;
}

bool log_enabled(enum log_level level)
{
	return level >= least_level;
}

void log_set_tee(void (*tee)(void *, enum log_level, const char *, size_t),
		 void *ctx)
{
	tee_fn = tee;
	tee_ctx = ctx;
}

size_t log_stamp(char out[LOG_STAMP], const struct timespec *t)
{
	char date[CLOCK_DATE], zone[8] = "Z";
	long off = clock_date(date, t->tv_sec, false, '-', 'T');
	int n;

	if (off)
		snprintf(zone, sizeof(zone), "%c%02ld%02ld",
			 off < 0 ? '-' : '+', labs(off) / 3600 % 100,
			 labs(off) / 60 % 60);
	n = snprintf(out, LOG_STAMP, "%s.%03ld%s", date, t->tv_nsec / 1000000,
		     zone);
	return n < 0 ? 0 : (size_t)n;
}

void log_set_name(const char *prefix)
{
	log_name = prefix;
}

void log_line(enum log_level level, const char *component, const char *fmt, ...)
{
	char line[LINE];
	struct timespec now = clock_wall();
	size_t stamp, n, room = sizeof(line) - 1;
	va_list ap;
	int k;

	if (!log_enabled(level))
		return;
	stamp = log_stamp(line, &now);
	line[stamp++] = ' ';
	k = snprintf(line + stamp, room - stamp, "[%s] %s%s%s%s",
		     level_names[level], log_name, component ? "(" : "",
		     component ? component : "", component ? ") " : "");
	n = stamp + (k < 0 ? 0 : (size_t)k);
	if (n >= room)
		n = room - 1;
	va_start(ap, fmt);
	k = fmt_vprint(line + n, room - n, fmt, ap);
	va_end(ap);
	n += k < 0 ? 0 : (size_t)k < room - n ? (size_t)k : room - n - 1;
	if (tee_fn)
		tee_fn(tee_ctx, level, line + stamp, n - stamp);
	line[n++] = '\n';
	put_line(line, n);
}
