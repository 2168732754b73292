// SPDX-License-Identifier: MIT
/* url - URLs taken apart and put together.
 * Source: Go's net/url (1.26), as facts. */
#include <arpa/inet.h>

#include "funcs/case.h"
#include "funcs/url.h"

const char *const url_part_names[URL_PARTS] = {
	"fragment", "host",  "hostname", "opaque",
	"path",	    "query", "scheme",	 "userinfo",
};

/* What may stand as it is, besides letters, digits and -_.~ */
enum mode { IN_PATH, IN_USER, IN_HOST, IN_ZONE, IN_FRAGMENT };

static bool plain(unsigned char ch, enum mode m)
{
	static const char *const more[] = {
		[IN_PATH] = "$&+,/:;=@",
		[IN_USER] = "$&+,;=",
		[IN_HOST] = "!$&'()*+,;=:[]<>\"",
		[IN_ZONE] = "!$&'()*+,;=:[]<>\"",
		[IN_FRAGMENT] = "$&+,/:;=?@!()*",
	};

	if (ascii_alpha(ch) || ascii_digit(ch))
		return true;
	return ch && (strchr("-_.~", ch) || strchr(more[m], ch));
}

static void escape(struct text *t, struct str s, enum mode m)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (plain(ch, m)) {
			text_addc(t, (char)ch);
			continue;
		}
		text_addc(t, '%');
		text_addc(t, digits[ch >> 4]);
		text_addc(t, digits[ch & 15]);
	}
}

static int bad_escape(struct arena *a, struct str s, struct err *e)
{
	return err_set(e, 0, "invalid URL escape %s",
		       print_quoted(a, str_cut(s, 0, 3)));
}

/* Hosts allow escapes for bytes beyond ASCII only. */
static bool may_escape(struct str s, unsigned v, enum mode m)
{
	if (str_prefix(s, STR("%25")))
		return true;
	if (m == IN_HOST)
		return v >= 0x80;
	return m != IN_ZONE || v == ' ' || plain((unsigned char)v, IN_HOST);
}

static int unescape(struct arena *a, struct str s, enum mode m,
		    struct str *out, struct err *e)
{
	struct text t = {.a = a};

	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		struct str rest = str_cut(s, i, s.n);
		int hi, lo;

		if (ch != '%') {
			if ((m == IN_HOST || m == IN_ZONE) && ch < 0x80 &&
			    !plain(ch, m))
				return err_set(e, 0,
					       "invalid character %s in host "
					       "name",
					       print_quoted(
						       a, str_cut(rest, 0, 1)));
			text_addc(&t, (char)ch);
			continue;
		}
		hi = rest.n > 2 ? ascii_hex((unsigned char)rest.p[1]) : -1;
		lo = rest.n > 2 ? ascii_hex((unsigned char)rest.p[2]) : -1;
		if (hi < 0 || lo < 0 ||
		    !may_escape(rest, (unsigned)(hi << 4 | lo), m))
			return bad_escape(a, rest, e);
		text_addc(&t, (char)(hi << 4 | lo));
		i += 2;
	}
	*out = t.n ? text_str(&t) : STR("");
	return 0;
}

/* --- parts of the authority --- */

/* "" or ":" and digits. */
static bool valid_port(struct str s)
{
	if (!s.n)
		return true;
	if (s.p[0] != ':')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!ascii_digit((unsigned char)s.p[i]))
			return false;
	return true;
}

static int bad_port(struct arena *a, struct str s, struct err *e)
{
	return err_set(e, 0, "invalid port %s after host", print_quoted(a, s));
}

/* Only an IPv6 address, perhaps with a zone, may stand in brackets. */
static int check_literal(struct arena *a, struct str s, struct err *e)
{
	unsigned char addr[16];
	ptrdiff_t zone = str_chr(s, '%');
	char *text = cstr_in(a, zone < 0 ? s : str_cut(s, 0, (size_t)zone));

	if (inet_pton(AF_INET6, text, addr) == 1 && zone != (ptrdiff_t)s.n - 1)
		return 0;
	if (inet_pton(AF_INET, text, addr) == 1)
		return err_set(e, 0, "invalid IP-literal");
	return err_set(e, 0, "invalid host: ParseAddr(%s): unable to parse IP",
		       print_quoted(a, s));
}

static int parse_literal(struct arena *a, struct str s, struct str *host,
			 struct err *e)
{
	ptrdiff_t end = str_rfind(s, STR("]")), zone;
	struct str port, parts[3] = {{0}};
	struct text t = {.a = a};

	if (end < 0)
		return err_set(e, 0, "missing ']' in host");
	port = str_cut(s, (size_t)end + 1, s.n);
	if (!valid_port(port))
		return bad_port(a, port, e);
	zone = str_find(str_cut(s, 0, (size_t)end), STR("%25"));
	if (zone < 0)
		zone = end;
	if (unescape(a, str_cut(s, 1, (size_t)zone), IN_HOST, &parts[0],
		     e) < 0 ||
	    unescape(a, str_cut(s, (size_t)zone, (size_t)end), IN_ZONE,
		     &parts[1], e) < 0)
		return -1;
	text_s(&t, parts[0]);
	text_s(&t, parts[1]);
	if (check_literal(a, text_str(&t), e) < 0)
		return -1;
	parts[2] = text_str(&t);
	t = (struct text){.a = a};
	text_addc(&t, '[');
	text_s(&t, parts[2]);
	text_addc(&t, ']');
	text_s(&t, port);
	*host = text_str(&t);
	return 0;
}

/* Only http and https forbid colons before that of the port: the addresses of
 * databases may list several hosts. */
static int parse_host(struct arena *a, struct str s, struct url *u,
		      struct err *e)
{
	bool strict = str_is(u->scheme, "http") || str_is(u->scheme, "https");
	ptrdiff_t colon = strict ? str_chr(s, ':') : str_rfind(s, STR(":"));
	ptrdiff_t bracket = str_rfind(s, STR("["));

	if (bracket > 0)
		return err_set(e, 0, "invalid IP-literal");
	if (bracket == 0)
		return parse_literal(a, s, &u->host, e);
	if (colon >= 0 && !valid_port(str_cut(s, (size_t)colon, s.n)))
		return bad_port(a, str_cut(s, (size_t)colon, s.n), e);
	return unescape(a, s, IN_HOST, &u->host, e);
}

static int parse_user(struct arena *a, struct str s, struct url *u,
		      struct err *e)
{
	ptrdiff_t colon = str_chr(s, ':');
	struct str name = colon < 0 ? s : str_cut(s, 0, (size_t)colon);

	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (!plain(ch, IN_USER) && !(ch && strchr(":!'()*%@", ch)))
			return err_set(e, 0, "net/url: invalid userinfo");
	}
	u->has_user = true;
	u->has_password = colon >= 0;
	if (unescape(a, name, IN_USER, &u->user, e) < 0)
		return -1;
	return colon < 0 ? 0
			 : unescape(a, str_cut(s, (size_t)colon + 1, s.n),
				    IN_USER, &u->password, e);
}

static int parse_authority(struct arena *a, struct str s, struct url *u,
			   struct err *e)
{
	ptrdiff_t at = str_rfind(s, STR("@"));

	if (parse_host(a, str_cut(s, (size_t)(at + 1), s.n), u, e) < 0)
		return -1;
	return at < 0 ? 0 : parse_user(a, str_cut(s, 0, (size_t)at), u, e);
}

/* --- the whole --- */

/* 1 and the scheme, 0: there is none, -1: it is missing before a colon. */
static int scheme_of(struct str s, struct str *scheme)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ch == ':') {
			*scheme = str_cut(s, 0, i);
			return i ? 1 : -1;
		}
		if (ascii_alpha(ch))
			continue;
		if (!i || !(ascii_digit(ch) || strchr("+-.", ch)) || !ch)
			return 0;
	}
	return 0;
}

static size_t count(struct str s, char ch)
{
	size_t k = 0;

	for (size_t i = 0; i < s.n; i++)
		k += s.p[i] == ch;
	return k;
}

static struct str take_query(struct str s, struct url *u)
{
	ptrdiff_t q = str_chr(s, '?');

	if (q < 0)
		return s;
	if ((size_t)q == s.n - 1 && count(s, '?') == 1)
		u->force_query = true;
	u->query = str_cut(s, (size_t)q + 1, s.n);
	return str_cut(s, 0, (size_t)q);
}

static int parse_rest(struct arena *a, struct str s, struct url *u,
		      struct err *e)
{
	struct str first = s, auth;
	ptrdiff_t slash = str_chr(s, '/');

	if (slash >= 0)
		first = str_cut(s, 0, (size_t)slash);
	if (slash != 0) {
		if (u->scheme.n) {
			u->opaque = s;
			return 0;
		}
		if (str_chr(first, ':') >= 0)
			return err_set(e, 0, "first path segment in URL "
					     "cannot contain colon");
	}
	if (str_prefix(s, STR("//")) &&
	    (u->scheme.n || !str_prefix(s, STR("///")))) {
		auth = str_cut(s, 2, s.n);
		slash = str_chr(auth, '/');
		s = slash < 0 ? STR("") : str_cut(auth, (size_t)slash, auth.n);
		if (slash >= 0)
			auth.n = (size_t)slash;
		if (parse_authority(a, auth, u, e) < 0)
			return -1;
	} else if (u->scheme.n && slash == 0) {
		u->omit_host = true;
	}
	return unescape(a, s, IN_PATH, &u->path, e);
}

static int parse_all(struct arena *a, struct str s, struct url *u,
		     struct err *e)
{
	int r;

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return err_set(e, 0, "net/url: invalid control "
					     "character in URL");
	if (str_is(s, "*")) {
		u->path = s;
		return 0;
	}
	r = scheme_of(s, &u->scheme);
	if (r < 0)
		return err_set(e, 0, "missing protocol scheme");
	if (r) {
		s = str_cut(s, u->scheme.n + 1, s.n);
		u->scheme = lower_str(a, u->scheme);
	}
	return parse_rest(a, take_query(s, u), u, e);
}

int url_parse(struct arena *a, struct str text, struct url *u, struct err *e)
{
	ptrdiff_t hash = str_chr(text, '#');
	struct str s = hash < 0 ? text : str_cut(text, 0, (size_t)hash);

	*u = (struct url){0};
	if (parse_all(a, s, u, e) < 0)
		return err_wrap(e, "parse %s", print_quoted(a, s));
	if (hash >= 0 && unescape(a, str_cut(text, (size_t)hash + 1, text.n),
				  IN_FRAGMENT, &u->fragment, e) < 0)
		return err_wrap(e, "parse %s", print_quoted(a, text));
	return 0;
}

static void put_user(struct text *t, const struct url *u)
{
	escape(t, u->user, IN_USER);
	if (u->has_password) {
		text_addc(t, ':');
		escape(t, u->password, IN_USER);
	}
}

static struct str hostname(const struct url *u)
{
	struct str s = u->host;
	ptrdiff_t colon = str_rfind(s, STR(":"));

	if (colon >= 0 && valid_port(str_cut(s, (size_t)colon, s.n)))
		s.n = (size_t)colon;
	if (s.n > 1 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = str_cut(s, 1, s.n - 1);
	return s;
}

struct str url_part(struct arena *a, const struct url *u, enum url_part p)
{
	struct text t = {.a = a};

	switch (p) {
	case URL_FRAGMENT:
		return u->fragment;
	case URL_HOST:
		return u->host;
	case URL_HOSTNAME:
		return hostname(u);
	case URL_OPAQUE:
		return u->opaque;
	case URL_PATH:
		return u->path;
	case URL_QUERY:
		return u->query;
	case URL_SCHEME:
		return u->scheme;
	case URL_USERINFO:
		if (u->has_user)
			put_user(&t, u);
		break;
	case URL_PARTS:
		break;
	}
	return text_str(&t);
}

int url_build(struct arena *a, const struct str parts[URL_PARTS],
	      struct url *u, struct err *e)
{
	struct text t = {.a = a};
	struct url user;

	*u = (struct url){.scheme = parts[URL_SCHEME],
			  .host = parts[URL_HOST],
			  .path = parts[URL_PATH],
			  .query = parts[URL_QUERY],
			  .opaque = parts[URL_OPAQUE],
			  .fragment = parts[URL_FRAGMENT]};
	if (!parts[URL_USERINFO].n)
		return 0;
	text_adds(&t, "proto://");
	text_s(&t, parts[URL_USERINFO]);
	text_adds(&t, "@host");
	if (url_parse(a, text_str(&t), &user, e) < 0)
		return err_wrap(e, "unable to parse userinfo in dict");
	u->has_user = user.has_user;
	u->has_password = user.has_password;
	u->user = user.user;
	u->password = user.password;
	return 0;
}

static void put_authority(struct text *t, const struct url *u)
{
	if (!u->scheme.n && !u->host.n && !u->has_user)
		return;
	if (u->omit_host && !u->host.n && !u->has_user)
		return;
	if (u->host.n || u->path.n || u->has_user)
		text_adds(t, "//");
	if (u->has_user) {
		put_user(t, u);
		text_addc(t, '@');
	}
	escape(t, u->host, IN_HOST);
}

static void put_path(struct text *t, const struct url *u)
{
	struct text p = {.a = t->a};
	struct str path, first;
	ptrdiff_t slash;

	if (str_is(u->path, "*"))
		text_addc(&p, '*');
	else
		escape(&p, u->path, IN_PATH);
	path = text_str(&p);
	slash = str_chr(path, '/');
	first = slash < 0 ? path : str_cut(path, 0, (size_t)slash);
	if (path.n && slash != 0 && u->host.n)
		text_addc(t, '/');
	/* "this:that" would read as a scheme */
	if (!t->n && str_chr(first, ':') >= 0)
		text_adds(t, "./");
	text_s(t, path);
}

struct str url_string(struct arena *a, const struct url *u)
{
	struct text t = {.a = a};

	if (u->scheme.n) {
		text_s(&t, u->scheme);
		text_addc(&t, ':');
	}
	if (u->opaque.n) {
		text_s(&t, u->opaque);
	} else {
		put_authority(&t, u);
		put_path(&t, u);
	}
	if (u->force_query || u->query.n) {
		text_addc(&t, '?');
		text_s(&t, u->query);
	}
	if (u->fragment.n) {
		text_addc(&t, '#');
		escape(&t, u->fragment, IN_FRAGMENT);
	}
	return text_str(&t);
}
