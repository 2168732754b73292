// SPDX-License-Identifier: MIT
/* escape - html, js, urlquery: text made safe for a place in a document.
 * Source: Go's text/template and net/url, as facts. */
#include "tmpl/builtin.h"

#include "regex/unicode.h"

/* The arguments as print has them, pointers followed, nil as "<no value>". */
static struct str joined(struct tmpl_call *c, const struct val *v, size_t n)
{
	struct text t = {.a = c->arena};
	struct val *shown;

	if (n == 1 && v[0].type == &type_string)
		return v[0].s;
	shown = arena_array(c->arena, n + 1, sizeof(*shown));
	for (size_t i = 0; shown && i < n; i++)
		if (!printable(&v[i], &shown[i]))
			shown[i] = v[i];
	if (shown)
		print_args(&t, shown, n);
	return text_str(&t);
}

static void html_char(struct text *t, unsigned char ch)
{
	switch (ch) {
	case '\0':
		text_adds(t, "\xEF\xBF\xBD");
		break;
	case '"':
		text_adds(t, "&#34;");
		break;
	case '\'':
		text_adds(t, "&#39;");
		break;
	case '&':
		text_adds(t, "&amp;");
		break;
	case '<':
		text_adds(t, "&lt;");
		break;
	case '>':
		text_adds(t, "&gt;");
		break;
	default:
		text_addc(t, (char)ch);
	}
}

BUILTIN(builtin_html)
{
	struct str s = joined(c, v, n);
	struct text t = {.a = c->arena};

	for (size_t i = 0; i < s.n; i++)
		html_char(&t, (unsigned char)s.p[i]);
	*out = val_str(text_str(&t));
	return 0;
}

static void js_hex(struct text *t, uint32_t r)
{
	int digits = r > 0xFFFFF ? 6 : r > 0xFFFF ? 5 : 4;

	text_adds(t, "\\u");
	while (digits-- > 0)
		text_addc(t, "0123456789ABCDEF"[r >> 4 * digits & 15]);
}

BUILTIN(builtin_js)
{
	struct str s = joined(c, v, n);
	struct text t = {.a = c->arena};

	for (size_t i = 0; i < s.n;) {
		int w;
		uint32_t r = utf8_decode(s.p + i, s.n - i, &w);

		if (r == '\\' || r == '\'' || r == '"') {
			text_addc(&t, '\\');
			text_addc(&t, (char)r);
		} else if (r < ' ' || r == '<' || r == '>' || r == '&' ||
			   r == '=' || (r > 127 && !unicode_print(r))) {
			js_hex(&t, r);
		} else {
			text_add(&t, s.p + i, (size_t)w);
		}
		i += (size_t)w;
	}
	*out = val_str(text_str(&t));
	return 0;
}

BUILTIN(builtin_urlquery)
{
	struct str s = joined(c, v, n);
	struct text t = {.a = c->arena};

	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ascii_alpha(ch) || ascii_digit(ch) ||
		    (ch && strchr("-_.~", ch))) {
			text_addc(&t, (char)ch);
		} else if (ch == ' ') {
			text_addc(&t, '+');
		} else {
			text_addc(&t, '%');
			text_addc(&t, "0123456789ABCDEF"[ch >> 4]);
			text_addc(&t, "0123456789ABCDEF"[ch & 15]);
		}
	}
	*out = val_str(text_str(&t));
	return 0;
}
