// SPDX-License-Identifier: MIT
/* state - names, defaults, targets and status lists. */
#include <stdio.h>
#include <string.h>

#include "health/inner.h"

static const char *const names[] = {"passing", "warning", "critical"};

const char *health_state_name(enum health_state s)
{
	return names[s];
}

int health_state_parse(const char *name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return (int)i;
	return -1;
}

void health_def_init(struct health_def *d)
{
	*d = (struct health_def){.interval = 10 * DUR_S,
				 .output_max = HEALTH_OUTPUT_MAX,
				 .initial = HEALTH_CRITICAL};
}

bool target_port(struct str port, unsigned *out)
{
	uint64_t u;

	if (!num_u64(port, 65535, &u) || !u)
		return false;
	*out = (unsigned)u;
	return true;
}

/* [v6]:port, v6-less host:port, host */
static bool split_host(struct str s, struct target *t)
{
	ptrdiff_t at;

	if (s.n && s.p[0] == '[') {
		at = str_chr(s, ']');
		if (at < 0)
			return false;
		t->host = str_cut(s, 1, (size_t)at);
		s = str_cut(s, (size_t)at + 1, s.n);
		if (s.n && s.p[0] != ':')
			return false;
		t->port = str_cut(s, 1, s.n);
		return true;
	}
	at = str_rfind(s, STR(":"));
	t->host = at < 0 ? s : str_cut(s, 0, (size_t)at);
	t->port = at < 0 ? STR("") : str_cut(s, (size_t)at + 1, s.n);
	return str_chr(t->host, ':') < 0;
}

bool target_parse(const char *url, struct target *t)
{
	struct str s = str_of(url), authority;
	ptrdiff_t at = str_find(s, STR("://")), end;

	*t = (struct target){0};
	if (at <= 0)
		return false;
	t->scheme = str_cut(s, 0, (size_t)at);
	s = str_cut(s, (size_t)at + 3, s.n);
	end = str_chr(s, '#');
	if (end >= 0)
		s = str_cut(s, 0, (size_t)end);
	end = str_chr(s, '?');
	if (end >= 0) {
		t->query = str_cut(s, (size_t)end + 1, s.n);
		s = str_cut(s, 0, (size_t)end);
	}
	end = str_chr(s, '/');
	authority = end < 0 ? s : str_cut(s, 0, (size_t)end);
	t->path = end < 0 ? STR("") : str_cut(s, (size_t)end, s.n);
	at = str_rfind(authority, STR("@"));
	if (at >= 0) {
		t->user = str_cut(authority, 0, (size_t)at);
		authority = str_cut(authority, (size_t)at + 1, authority.n);
	}
	return split_host(authority, t);
}

const char *target_shown(const char *url, char *out, size_t n)
{
	const char *at = strstr(url, "://"), *slash, *sign = NULL;

	if (at) {
		at += 3;
		slash = at + strcspn(at, "/?#");
		for (const char *p = at; p < slash; p++)
			if (*p == '@')
				sign = p;
	}
	if (sign)
		snprintf(out, n, "%.*s***%s", (int)(at - url), url, sign);
	else
		snprintf(out, n, "%s", url);
	return out;
}

const char *health_target_shown(struct arena *a, const char *url)
{
	size_t n = strlen(url) + sizeof("***");
	char *out = arena_alloc(a, n);

	return out ? target_shown(url, out, n) : "";
}

/* Calls fn for each "200" or "200-399" of the list; false = malformed. */
static bool each_range(const char *list, bool (*fn)(void *, uint64_t, uint64_t),
		       void *ctx)
{
	struct str rest = str_of(list), part;

	while (str_split(&rest, ',', &part)) {
		uint64_t lo, hi;
		ptrdiff_t dash;

		part = str_trim(part, " ");
		dash = str_chr(part, '-');
		if (!num_u64(dash < 0 ? part : str_cut(part, 0, (size_t)dash),
			     999, &lo))
			return false;
		hi = lo;
		if (dash >= 0 &&
		    !num_u64(str_cut(part, (size_t)dash + 1, part.n), 999, &hi))
			return false;
		if (lo < 100 || hi < lo || !fn(ctx, lo, hi))
			return false;
	}
	return true;
}

static bool any(void *ctx, uint64_t lo, uint64_t hi)
{
	(void)ctx;
	return lo <= hi;
}

bool status_valid(const char *list)
{
	return *list && each_range(list, any, NULL);
}

struct status_look {
	uint64_t status;
	bool found;
};

static bool look(void *ctx, uint64_t lo, uint64_t hi)
{
	struct status_look *l = ctx;

	l->found |= lo <= l->status && l->status <= hi;
	return true;
}

bool status_in(const char *list, int status)
{
	struct status_look l = {(uint64_t)status, false};

	return each_range(list, look, &l) && l.found;
}

void clean_text(struct buf *out, struct str text, size_t max)
{
	bool space = false;
	size_t at = 0;

	text = str_trim(text, " \t\r\n");
	while (at < text.n) {
		int w;
		char c[UTF8_MAX];
		uint32_t r = utf8_decode(text.p + at, text.n - at, &w);
		int n;

		at += (size_t)w;
		if (r < 0x20 || r == 0x7F) { /* newlines, NUL, escapes */
			space = true;
			continue;
		}
		n = utf8_encode(r, c);
		if (out->len + (size_t)n + space > max)
			return;
		if (space)
			buf_addc(out, ' ');
		space = false;
		buf_add(out, c, (size_t)n);
	}
}
