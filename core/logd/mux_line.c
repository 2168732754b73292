// SPDX-License-Identifier: MIT
/* mux_line - from bytes to lines to the output. Lines are gathered and written
 * in pieces that end with a line and, where one line is not longer by itself,
 * fit into PIPE_BUF: such a write is one piece for other writers, too. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "data/json.h"
#include "logd/mux_inner.h"

enum {
	LINE_COST = 1000,
	BURST_S = 2,
	REPORT_MS = 1000,
};

int mux_format(const char *name)
{
	static const char names[][8] = {"plain", "prefix", "json"};

	if (!*name)
		return MUX_PLAIN;
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

/* --- the form of a line --- */

static void put_json(struct buf *b, const struct source *s, const char *stream,
		     struct str line)
{
	struct timespec now = clock_wall();
	char date[CLOCK_DATE];

	clock_date(date, now.tv_sec, true, '-', 'T');
	buf_addf(b, "{\"time\":\"%s.%06ldZ\",\"service\":", date,
		 now.tv_nsec / 1000);
	json_print_str(b, str_of(s->name), JSON_PLAIN);
	buf_adds(b, s->tail ? ",\"file\":" : ",\"stream\":");
	json_print_str(b, str_of(stream), JSON_PLAIN);
	buf_adds(b, ",\"message\":");
	json_print_str(b, line, JSON_PLAIN);
	buf_addc(b, '}');
}

/* Memory is all that can be missing here; then this line is lost. */
static void put_line(struct source *s, struct str line)
{
	struct buf *b = &s->m->out[s->to_err];
	size_t was = b->len;

	if (s->format == MUX_JSON) {
		put_json(b, s,
			 s->tail     ? s->path
			 : s->to_err ? "stderr"
				     : "stdout",
			 line);
	} else {
		if (s->format == MUX_PREFIX)
			buf_addf(b, "%s | ", s->name);
		buf_add(b, line.p, line.n);
	}
	buf_addc(b, '\n');
	if (b->failed) {
		b->failed = false;
		buf_cut(b, was);
	}
}

/* --- the rate --- */

void mux_report(struct source *s)
{
	char text[128];
	int n;

	if (!s->left_out)
		return;
	n = snprintf(text, sizeof(text),
		     "logmux: %llu lines left out, more than %u per second",
		     (unsigned long long)s->left_out, s->rate);
	s->left_out = 0;
	put_line(s, str_n(text, (size_t)n));
}

static bool allowed(struct source *s)
{
	int64_t now = clock_mono_ms(), most;

	if (!s->rate)
		return true;
	most = (int64_t)s->rate * BURST_S * LINE_COST;
	if (s->filled && now - s->filled < BURST_S * 1000)
		s->tokens += (now - s->filled) * s->rate;
	else
		s->tokens = most;
	if (s->tokens > most)
		s->tokens = most;
	s->filled = now;
	if (s->tokens < LINE_COST) {
		s->left_out++;
		mux_check_in(s->m, REPORT_MS);
		return false;
	}
	s->tokens -= LINE_COST;
	return true;
}

static void take(struct source *s, const char *p, size_t n)
{
	if (!allowed(s))
		return;
	mux_report(s);
	put_line(s, str_n(p, n));
}

/* --- from bytes to lines --- */

void mux_end(struct source *s, struct input *in)
{
	if (in->part.len)
		take(s, in->part.p, in->part.len);
	buf_free(&in->part);
}

/* The part without an end, in pieces of MUX_LINE_MAX. */
static void keep(struct source *s, struct input *in, const char *p, size_t n)
{
	while (n) {
		size_t room = MUX_LINE_MAX - in->part.len;
		size_t k = n < room ? n : room;

		if (buf_add(&in->part, p, k) < 0)
			mux_end(s, in);
		if (in->part.len == MUX_LINE_MAX)
			mux_end(s, in);
		p += k;
		n -= k;
	}
}

void mux_feed(struct source *s, struct input *in, const char *p, size_t n)
{
	const char *end = p + n, *nl;

	while ((nl = memchr(p, '\n', (size_t)(end - p)))) {
		if (in->part.len) {
			keep(s, in, p, (size_t)(nl - p));
			mux_end(s, in);
		} else {
			take(s, p, (size_t)(nl - p));
		}
		p = nl + 1;
	}
	keep(s, in, p, (size_t)(end - p));
}

/* --- the output --- */

/* How much of it is the next write: lines up to PIPE_BUF, or one long line. */
static size_t piece(const struct buf *b, size_t at)
{
	size_t n = b->len - at;
	const char *p = b->p + at, *nl;

	if (n <= PIPE_BUF)
		return n;
	nl = memrchr(p, '\n', PIPE_BUF);
	if (!nl)
		nl = memchr(p, '\n', n);
	return nl ? (size_t)(nl - p) + 1 : n;
}

/* Waits for a reader that is slow; -1: there is none. */
static int write_piece(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1,
			     -1);
		else if (w < 0 && errno != EINTR)
			return -1;
		if (w > 0) {
			p += w;
			n -= (size_t)w;
		}
	}
	return 0;
}

void mux_flush(struct mux *m)
{
	for (int i = 0; i < 2; i++) {
		struct buf *b = &m->out[i];
		size_t n;

		for (size_t at = 0; at < b->len && !m->gone[i]; at += n) {
			n = piece(b, at);
			if (write_piece(i + 1, b->p + at, n) < 0) {
				m->gone[i] = true;
				say_warnsys(errno, "unable to write to %s",
					    i ? "stderr" : "stdout");
			}
		}
		buf_free(b);
	}
}
