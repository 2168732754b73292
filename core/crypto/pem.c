// SPDX-License-Identifier: MIT
/* pem - blocks of base64 between BEGIN and END lines (RFC 7468, and the older
 * form with headers). */
#include "base.h"
#include "crypto.h"
#include "crypto/pki.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

/* The offset of a line that starts with the text, or -1. */
static ptrdiff_t find_line(struct str s, struct str text)
{
	for (size_t from = 0; from < s.n;) {
		ptrdiff_t at = str_find(str_cut(s, from, s.n), text);

		if (at < 0)
			return -1;
		from += (size_t)at;
		if (from == 0 || s.p[from - 1] == '\n')
			return (ptrdiff_t)from;
		from++;
	}
	return -1;
}

/* Header lines ("Proc-Type: ...") end with an empty line. */
static struct str skip_headers(struct str body)
{
	struct str rest = body, line;

	while (str_split(&rest, '\n', &line) && str_chr(line, ':') >= 0)
		body = rest.p ? rest : STR("");
	return body;
}

/* The block at the start of s; *used gets where it ends. */
static bool read_block(struct str s, struct str *type, struct buf *der,
		       size_t *used)
{
	struct str rest = str_cut(s, sizeof(BEGIN) - 1, s.n), line, body;
	struct buf flat = {0};
	ptrdiff_t end;
	bool ok;

	*used = sizeof(BEGIN) - 1;
	str_split(&rest, '\n', &line);
	line = str_trim(line, " \t\r");
	if (!rest.p || !str_suffix(line, STR(DASHES)))
		return false;
	*type = str_cut(line, 0, line.n - sizeof(DASHES) + 1);
	end = find_line(rest, STR(END));
	if (end < 0)
		return false;
	body = skip_headers(str_cut(rest, 0, (size_t)end));
	rest = str_cut(rest, (size_t)end + sizeof(END) - 1, rest.n);
	if (!str_prefix(rest, *type) ||
	    !str_prefix(str_cut(rest, type->n, rest.n), STR(DASHES)))
		return false;
	for (size_t i = 0; i < body.n; i++)
		if (!strchr(" \t\r\n", body.p[i]) || !body.p[i])
			buf_addc(&flat, body.p[i]);
	buf_reset(der);
	ok = crypto_base64_get(BASE64_STD, str_n(buf_str(&flat), flat.len),
			       der, NULL) == 0;
	if (flat.failed)
		ok = false;
	buf_free(&flat);
	*used = (size_t)(rest.p - s.p) + type->n + sizeof(DASHES) - 1;
	return ok;
}

int crypto_pem_next(struct str *rest, struct str *type, struct buf *der)
{
	for (;;) {
		ptrdiff_t at = find_line(*rest, STR(BEGIN));
		size_t used;
		bool ok;

		if (at < 0)
			return 0;
		*rest = str_cut(*rest, (size_t)at, rest->n);
		ok = read_block(*rest, type, der, &used);
		*rest = str_cut(*rest, used, rest->n);
		if (ok)
			return 1;
		if (der->failed)
			return 0;
	}
}

void crypto_pem_put(const char *type, struct str der, struct buf *out)
{
	struct buf text = {0};

	crypto_base64_put(BASE64_STD, der, &text);
	buf_addf(out, BEGIN "%s" DASHES "\n", type);
	for (size_t i = 0; i < text.len; i += 64) {
		buf_add(out, text.p + i, text.len - i < 64 ? text.len - i : 64);
		buf_addc(out, '\n');
	}
	buf_addf(out, END "%s" DASHES "\n", type);
	if (text.failed)
		out->failed = true;
	if (text.p)
		explicit_bzero(text.p, text.len);
	buf_free(&text);
}
