// SPDX-License-Identifier: MIT
/* match - extended expressions are the regex engine's own; basic ones are
 * written anew: ( ) { } + ? | are special behind a backslash there and plain
 * without, and * at the start is plain. */
#include <string.h>

#include "base.h"
#include "execline.h"

/* A bracket expression is copied as it is; returns what is behind it. */
static const char *bracket(struct buf *b, const char *p)
{
	const char *from = p++;

	p += *p == '^';
	p += *p == ']';
	while (*p && *p != ']') {
		if (*p == '[' && p[1] && strchr(":.=", p[1])) {
			const char end[] = {p[1], ']', '\0'};
			const char *q = strstr(p + 2, end);

			p = q ? q + 1 : p;
		}
		p++;
	}
	p += *p == ']';
	buf_add(b, from, (size_t)(p - from));
	return p;
}

static void from_basic(struct buf *b, const char *p)
{
	bool start = true;

	while (*p) {
		bool was = start;

		start = false;
		if (*p == '[') {
			p = bracket(b, p);
			continue;
		}
		if (*p == '\\' && p[1]) {
			if (strchr("(){}+?|", p[1])) {
				start = p[1] == '(' || p[1] == '|';
				buf_addc(b, *++p);
			} else {
				buf_add(b, p++, 2);
			}
			p++;
			continue;
		}
		if (strchr("(){}+?|", *p) || (*p == '*' && was))
			buf_addc(b, '\\');
		start = was && *p == '^';
		buf_addc(b, *p++);
	}
}

/* ^ and $ outside of brackets become what matches nothing. */
static void no_anchors(struct buf *b, const char *p)
{
	while (*p) {
		if (*p == '[') {
			p = bracket(b, p);
			continue;
		}
		if (*p == '^' || *p == '$')
			buf_adds(b, "[^\1-\U0010FFFF]");
		else
			buf_addc(b, *p);
		if (*p++ == '\\' && *p)
			buf_addc(b, *p++);
	}
}

int el_regex(struct regex **out, const char *pattern, unsigned flags,
	     struct err *e)
{
	struct buf b = {0};
	int r;

	if (flags & EL_RE_WHOLE)
		buf_addc(&b, '^');
	if (flags & EL_RE_BASIC)
		from_basic(&b, pattern);
	else if (flags & EL_RE_NOANCHOR)
		no_anchors(&b, pattern);
	else
		buf_adds(&b, pattern);
	if (flags & EL_RE_WHOLE)
		buf_addc(&b, '$');
	if (b.failed)
		r = err_nomem(e);
	else
		r = regex_compile(
			str_n(b.p ? b.p : "", b.len),
			REGEX_ERE | (flags & EL_RE_ICASE ? REGEX_FOLD : 0U),
			out, e);
	buf_free(&b);
	return r;
}
