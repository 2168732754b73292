// SPDX-License-Identifier: MIT
/* addr - addresses taken apart, and the two escapes of Go's net/url. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"

/* --- escapes --- */

static bool unreserved(unsigned char c)
{
	return ascii_alpha(c) || ascii_digit(c) ||
	       (c && strchr("-_.~", c) != NULL);
}

static int put_hex(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";
	char out[3] = {'%', hex[c >> 4], hex[c & 15]};

	return buf_add(b, out, sizeof(out));
}

static int escape(struct buf *b, struct str s, const char *keep, bool plus)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (plus && c == ' ')
			buf_addc(b, '+');
		else if (unreserved(c) || (c && strchr(keep, c)))
			buf_addc(b, (char)c);
		else
			put_hex(b, c);
	}
	return b->failed ? -1 : 0;
}

int http_escape_query(struct buf *b, struct str s)
{
	return escape(b, s, "", true);
}

int http_escape_path(struct buf *b, struct str s)
{
	return escape(b, s, "$&+,/:;=@", false);
}

/* --- queries --- */

void http_query_add(struct http_query *q, const char *name, const char *value)
{
	size_t i;

	if (!value || q->n == COUNT(q->p))
		return;
	for (i = q->n++; i > 0 && strcmp(q->p[i - 1].name, name) > 0; i--)
		q->p[i] = q->p[i - 1];
	q->p[i].name = name;
	q->p[i].value = value;
}

void http_query_opt(struct http_query *q, const char *name, const char *value)
{
	if (value && *value)
		http_query_add(q, name, value);
}

int http_query_put(struct buf *b, const struct http_query *q)
{
	for (size_t i = 0; i < q->n; i++) {
		buf_addc(b, i ? '&' : '?');
		http_escape_query(b, str_of(q->p[i].name));
		buf_addc(b, '=');
		http_escape_query(b, str_of(q->p[i].value));
	}
	return b->failed ? -1 : 0;
}

/* --- addresses --- */

/* Copies a part into the address's memory block. */
static char *keep(char **at, struct str s)
{
	char *p = *at;

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	*at += s.n + 1;
	return p;
}

/* %XX in user names and passwords. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (s[0] == '%' && ascii_hex((unsigned char)s[1]) >= 0 &&
		    ascii_hex((unsigned char)s[2]) >= 0) {
			*out++ = (char)(ascii_hex((unsigned char)s[1]) * 16 +
					ascii_hex((unsigned char)s[2]));
			s += 2;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

struct parts {
	struct str user, host, port, prefix;
};

/* [user:pass@]host[:port][/prefix], IPv6 in brackets. */
static int split(struct str s, struct parts *p, struct err *e)
{
	ptrdiff_t i = str_chr(s, '/');

	if (i >= 0) {
		p->prefix = str_trim(str_cut(s, (size_t)i, s.n), "");
		s.n = (size_t)i;
		while (p->prefix.n && p->prefix.p[p->prefix.n - 1] == '/')
			p->prefix.n--;
	}
	i = str_rfind(s, STR("@"));
	if (i >= 0) {
		p->user = str_cut(s, 0, (size_t)i);
		s = str_cut(s, (size_t)i + 1, s.n);
	}
	p->host = s;
	if (s.n && s.p[0] == '[') {
		i = str_chr(s, ']');
		if (i < 0)
			return err_set(e, 0, "missing ']' in address");
		p->host = str_cut(s, 1, (size_t)i);
		s = str_cut(s, (size_t)i + 1, s.n);
		if (s.n && s.p[0] == ':')
			p->port = str_cut(s, 1, s.n);
		else if (s.n)
			return err_set(e, 0, "text after ']' in address");
		return 0;
	}
	i = str_rfind(s, STR(":"));
	if (i >= 0 && str_chr(s, ':') == i) {
		p->host = str_cut(s, 0, (size_t)i);
		p->port = str_cut(s, (size_t)i + 1, s.n);
	}
	return 0;
}

static bool host_ok(struct str h)
{
	for (size_t i = 0; i < h.n; i++)
		if ((unsigned char)h.p[i] <= ' ' || h.p[i] == 127 ||
		    strchr("\"<>\\^`{|}#?", h.p[i]))
			return false;
	return true;
}

static int check(const char *text, const struct parts *p, struct err *e)
{
	uint64_t n;

	if (p->port.n && !num_u64(p->port, 65535, &n))
		return err_set(e, 0, "invalid port \"%.*s\" in \"%s\"",
			       (int)p->port.n, p->port.p, text);
	if (!host_ok(p->host) || !host_ok(p->prefix))
		return err_set(e, 0, "invalid character in address \"%s\"",
			       text);
	return 0;
}

int http_addr_parse(const char *text, struct http_addr *a, struct err *e)
{
	struct str s = str_of(text), sock = {0}, scheme = {0};
	struct parts p = {0};
	ptrdiff_t i = str_find(s, STR("://"));
	bool tls = false;
	char *at;

	if (i >= 0) {
		scheme = str_cut(s, 0, (size_t)i);
		s = str_cut(s, (size_t)i + 3, s.n);
	} else if (str_prefix(s, STR("unix:"))) {
		scheme = str_cut(s, 0, 4);
		s = str_cut(s, 5, s.n);
	}
	if (str_ieq(scheme, STR("unix")))
		sock = s;
	else if (scheme.n && !str_ieq(scheme, STR("http")) &&
		 !(tls = str_ieq(scheme, STR("https"))))
		return err_set(e, 0, "Unknown protocol scheme: %.*s",
			       (int)scheme.n, scheme.p);
	else if (split(s, &p, e) < 0 || check(text, &p, e) < 0)
		return -1;
	memset(a, 0, sizeof(*a));
	at = a->mem = malloc(strlen(text) + 32);
	if (!at)
		return err_nomem(e);
	a->tls = tls;
	a->host = keep(&at, sock.n ? STR("localhost") : p.host);
	a->port_given = p.port.n > 0;
	a->port = keep(&at, p.port.n ? p.port : tls ? STR("443") : STR("80"));
	a->unix_path = keep(&at, sock);
	a->prefix = keep(&at, p.prefix);
	a->user = keep(&at, p.user);
	unescape(a->user);
	return 0;
}

void http_addr_free(struct http_addr *a)
{
	free(a->mem);
	memset(a, 0, sizeof(*a));
}
