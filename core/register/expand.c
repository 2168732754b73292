// SPDX-License-Identifier: MIT
/* expand - ${VAR} in definition values, with the shell's two useful forms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "register.h"

enum { EXPAND_MAX = 64 * 1024 };

static bool name_char(char c)
{
	return ascii_alpha((unsigned char)c) || ascii_digit((unsigned char)c) ||
	       c == '_';
}

/* The text between the braces: NAME, NAME:-default or NAME:?message. */
static int put_var(struct buf *b, struct arena *a, struct str in, struct err *e)
{
	const char *value, *name;
	struct str rest;
	size_t n = 0;

	while (n < in.n && name_char(in.p[n]))
		n++;
	rest = str_cut(in, n, in.n);
	if (!n || (rest.n && !str_prefix(rest, STR(":-")) &&
		   !str_prefix(rest, STR(":?"))))
		return err_set(e, 0, "invalid variable ${%.*s}", (int)in.n,
			       in.p);
	name = arena_dup(a, in.p, n);
	if (!name)
		return err_nomem(e);
	value = getenv(name);
	if (value && (*value || !rest.n)) {
		buf_adds(b, value);
		return 0;
	}
	if (str_prefix(rest, STR(":-")))
		buf_add(b, rest.p + 2, rest.n - 2);
	else if (rest.n)
		return err_set(e, 0, "%s: %.*s", name, (int)rest.n - 2,
			       rest.n > 2 ? rest.p + 2 : "is not set");
	return 0;
}

int reg_expand(struct arena *a, struct str text, struct str *out, struct err *e)
{
	BUF_AUTO struct buf b = {.max = EXPAND_MAX};
	char *p;

	if (str_find(text, STR("${")) < 0) {
		*out = text;
		return 0;
	}
	while (text.n) {
		ptrdiff_t at = str_find(text, STR("${")), end;

		if (at < 0)
			break;
		buf_add(&b, text.p, (size_t)at);
		text = str_cut(text, (size_t)at + 2, text.n);
		end = str_chr(text, '}');
		if (end < 0)
			return err_set(e, 0, "${ without a closing brace");
		if (put_var(&b, a, str_cut(text, 0, (size_t)end), e) < 0)
			return -1;
		text = str_cut(text, (size_t)end + 1, text.n);
	}
	if (buf_add(&b, text.p, text.n) < 0)
		return err_set(e, 0, "expanded text is too long");
	p = arena_dup(a, b.p, b.len);
	if (!p)
		return err_nomem(e);
	*out = str_n(p, b.len);
	return 0;
}

static void expand_text(struct arena *a, struct hcl_node *n, struct str key,
			reg_lint_fn *lint, void *ctx)
{
	/* a program's arguments may be a shell's text, with more forms */
	bool args = hcl_key_is(key, "args") || hcl_key_is(key, "command");
	char text[sizeof(struct err) + 64];
	struct err e;

	if (reg_expand(a, n->s, &n->s, &e) == 0 || args)
		return;
	snprintf(text, sizeof(text), "%.*s: %s", (int)key.n, key.p, e.text);
	lint(ctx, n->pos, text);
}

void reg_expand_tree(struct arena *a, struct hcl_node *n, struct str key,
		     reg_lint_fn *lint, void *ctx)
{
	if (n->kind == HCL_STRING)
		expand_text(a, n, key, lint, ctx);
	for (size_t i = 0; n->kind == HCL_LIST && i < n->n; i++)
		reg_expand_tree(a, n->list[i], key, lint, ctx);
	for (size_t i = 0; n->kind == HCL_OBJECT && i < n->n; i++)
		reg_expand_tree(a, n->items[i].val, n->items[i].keys[0].name,
				lint, ctx);
}
