// SPDX-License-Identifier: MIT
/* log - what the programs say on standard error, in the two forms of this
 * field. Lines are built in a fixed buffer and written with one write(2), so
 * they never interleave; a failed or blocked write is dropped, never waited
 * for longer than the write itself.
 *
 * say_*: s6's messages, `PROG: fatal: unable to open x: No such file`.
 * log_*: consul-template's, `2006-01-02T15:04:05.000Z [WARN] (view) text`.
 *
 * The program's name, the log level and log_nowait are the only state (set at
 * start). */
#ifndef BASEBOX_BASE_LOG_H
#define BASEBOX_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* From now on a line that standard error does not take at once is dropped: who
 * supervises must not wait for whoever reads what it says. */
void log_nowait(void);

/* --- s6's form --- */

/* The prefix of all say_* messages; the string is borrowed and must last. */
void say_prog(const char *name);
const char *say_name(void);

void say_info(const char *fmt, ...) PRINTF(1, 2); /* PROG: info: ... */
void say_warn(const char *fmt, ...) PRINTF(1, 2); /* PROG: warning: ... */
/* The same with ": strerror(num)" appended. */
void say_warnsys(int num, const char *fmt, ...) PRINTF(2, 3);
void say_fatal(const char *fmt, ...) PRINTF(1, 2); /* PROG: fatal: ... */
/* Print, then exit with the code (100 the user's mistake, 111 a system call
 * failed). die_sys appends strerror(num). */
NORETURN void die(int code, const char *fmt, ...) PRINTF(2, 3);
NORETURN void die_sys(int code, int num, const char *fmt, ...) PRINTF(3, 4);
/* PROG: usage: TEXT, exit 100. */
NORETURN void die_usage(const char *usage);
/* The raw line, no prefix: one write, newline added. */
void say_line(const char *fmt, ...) PRINTF(1, 2);

/* --- consul-template's form --- */

enum log_level { LOG_TRACE, LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERR };

/* -1 when the name is none of TRACE DEBUG INFO WARN ERR (any case). */
int log_level_parse(const char *name);
void log_set_level(enum log_level least);
bool log_enabled(enum log_level level);
/* Put before each text, "envconsul: "; borrowed. "" at the start. */
void log_set_name(const char *prefix);
/* `component` is the word in parentheses, e.g. "runner", or NULL for none. A text that spans
 * lines is stamped on its first line only. */
void log_line(enum log_level level, const char *component, const char *fmt, ...)
	PRINTF(3, 4);

/* Where finished log lines go besides standard error (log file, syslog). The
 * text is `[LEVEL] (component) message` without stamp or newline. NULL = only
 * standard error. */
void log_set_tee(void (*tee)(void *ctx, enum log_level level, const char *text,
			     size_t n),
		 void *ctx);

#define log_trace(c, ...) log_line(LOG_TRACE, (c), __VA_ARGS__)
#define log_debug(c, ...) log_line(LOG_DEBUG, (c), __VA_ARGS__)
#define log_info(c, ...) log_line(LOG_INFO, (c), __VA_ARGS__)
#define log_warn(c, ...) log_line(LOG_WARN, (c), __VA_ARGS__)
#define log_error(c, ...) log_line(LOG_ERR, (c), __VA_ARGS__)

/* The stamp of a log line for a wall clock time, local zone. */
enum { LOG_STAMP = 40 };
struct timespec;
size_t log_stamp(char out[LOG_STAMP], const struct timespec *t);

#endif
