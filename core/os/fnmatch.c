// SPDX-License-Identifier: MIT
/* fnmatch - POSIX shell patterns over bytes, in place of the libc's (which
 * glob(3) then uses too): that one is made for locales, which this program has
 * none of, and brings 15 kB of character tables. Flags: FNM_NOESCAPE,
 * FNM_PATHNAME, FNM_PERIOD. One pass, going back to the last `*` only.
 * Source: POSIX.1-2017, XCU 2.13. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/attr.h"

static const struct {
	char name[8];
	int (*has)(int c);
} classes[] = {
	{"alnum", isalnum}, {"alpha", isalpha},	  {"blank", isblank},
	{"cntrl", iscntrl}, {"digit", isdigit},	  {"graph", isgraph},
	{"lower", islower}, {"print", isprint},	  {"punct", ispunct},
	{"space", isspace}, {"upper", isupper},	  {"xdigit", isxdigit},
};

static bool in_class(const char *name, size_t n, unsigned char c)
{
	for (size_t i = 0; i < COUNT(classes); i++)
		if (strlen(classes[i].name) == n &&
		    !memcmp(classes[i].name, name, n))
			return classes[i].has(c);
	return false;
}

/* One end of a range, or a single element: a byte, `[.x.]` or `[=x=]`, or an
 * escaped byte. Returns the place behind it. */
static const char *element(const char *p, int flags, unsigned char *c)
{
	if (p[0] == '[' && (p[1] == '.' || p[1] == '=') && p[2] &&
	    p[3] == p[1] && p[4] == ']') {
		*c = (unsigned char)p[2];
		return p + 5;
	}
	if (*p == '\\' && p[1] && !(flags & FNM_NOESCAPE))
		p++;
	*c = (unsigned char)*p;
	return p + 1;
}

/* The bracket expression behind `[` at p: the place behind its `]` and whether
 * c is in it, or NULL when it does not end, so that `[` means itself. */
static const char *bracket(const char *p, int flags, unsigned char c, bool *in)
{
	bool not = *p == '!' || *p == '^', found = false;
	const char *first;

	p = first = p + (not ? 1 : 0);

	while (*p != ']' || p == first) {
		const char *end;
		unsigned char low, high;

		if (!*p)
			return NULL;
		if (p[0] == '[' && p[1] == ':' &&
		    (end = strstr(p + 2, ":]")) != NULL) {
			found |= in_class(p + 2, (size_t)(end - p - 2), c);
			p = end + 2;
			continue;
		}
		p = element(p, flags, &low);
		high = low;
		if (p[0] == '-' && p[1] && p[1] != ']')
			p = element(p + 1, flags, &high);
		found |= low <= c && c <= high;
	}
	*in = found != not;
	return p + 1;
}

/* One element of the pattern that is no `*` against one byte of the string:
 * the place behind it, or NULL when they differ. */
static const char *one(const char *p, char s, int flags)
{
	bool in = false;
	const char *end;

	if (!*p || !s)
		return NULL;
	if (*p == '?')
		return s == '/' && flags & FNM_PATHNAME ? NULL : p + 1;
	if (*p == '[') {
		end = bracket(p + 1, flags, (unsigned char)s, &in);
		if (end)
			return in && !(s == '/' && flags & FNM_PATHNAME)
				       ? end : NULL;
	}
	if (*p == '\\' && p[1] && !(flags & FNM_NOESCAPE))
		p++;
	return *p == s ? p + 1 : NULL;
}

/* A dot that begins a component is matched by a dot alone. */
static bool hidden(const char *start, const char *s, int flags)
{
	return flags & FNM_PERIOD && *s == '.' &&
	       (s == start || (flags & FNM_PATHNAME && s[-1] == '/'));
}

int fnmatch(const char *pattern, const char *string, int flags)
{
	const char *p = pattern, *s = string;
	const char *star = NULL, *mark = NULL; /* after the last `*`; its reach */

	for (;;) {
		const char *next = NULL;
		bool dot = hidden(string, s, flags);

		if (*p == '*' && !dot) {
			star = ++p;
			mark = s;
			continue;
		}
		if (!*p && !*s)
			return 0;
		if (!dot || *p == '.' || *p == '\\')
			next = one(p, *s, flags);
		if (next) {
			p = next;
			s++;
			continue;
		}
		if (!star || !*mark || (*mark == '/' && flags & FNM_PATHNAME))
			return FNM_NOMATCH;
		s = ++mark;
		p = star;
	}
}
