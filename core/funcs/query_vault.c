// SPDX-License-Identifier: MIT
/* query_vault - a secret's path and its "k=v" arguments as a dependency. Source:
 * consul-template's package dependency, as facts. */
#include "crypto.h"
#include "funcs/kit.h"
#include "funcs/query.h"

struct ask {
	struct arena *a;
	struct str path;
	struct tmpl_query *q;
	struct err *e;
};

struct pair {
	struct str key, value;
};

/* Sorted by key, the last of equal ones; blank arguments are skipped. */
static int parse_pairs(struct ask *w, const struct str *args, size_t n,
		       struct pair *out, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		ptrdiff_t eq = str_chr(args[i], '=');
		struct pair p;
		size_t at = 0;

		if (!args[i].n)
			continue;
		if (eq < 0)
			return err_set(w->e, 0, "not k=v pair %s",
				       print_quoted(w->a, args[i]));
		p.key = space_trim(str_cut(args[i], 0, (size_t)eq));
		p.value =
			space_trim(str_cut(args[i], (size_t)eq + 1, args[i].n));
		while (at < *count && str_cmp(out[at].key, p.key) < 0)
			at++;
		if (at == *count || !str_eq(out[at].key, p.key)) {
			memmove(&out[at + 1], &out[at],
				(*count - at) * sizeof(*out));
			++*count;
		}
		out[at] = p;
	}
	return 0;
}

/* The pairs as texts, and the first 4 bytes of SHA-1 over k="v"... */
static const char *pairs_hash(struct ask *w, const struct pair *p, size_t n)
{
	const char **list = arena_array(w->a, n + 1, sizeof(*list));
	struct text t = {.a = w->a};
	uint8_t sum[HASH_MAX];

	for (size_t i = 0; i < n; i++) {
		struct text kv = {.a = w->a};

		text_s(&kv, p[i].key);
		text_addc(&kv, '=');
		text_s(&kv, p[i].value);
		list[i] = cstr_in(w->a, text_str(&kv));
		text_s(&t, p[i].key);
		text_addc(&t, '=');
		print_quote(&t, p[i].value, false);
	}
	w->q->pairs = list;
	crypto_hash(HASH_SHA1, text_str(&t), sum);
	return cstr_in(w->a, hex(w->a, sum, 4));
}

/* Spaces and slashes off, the URL query apart. */
static int vault_path(struct ask *w, const char *label)
{
	struct str s = str_trim(space_trim(w->path), "/");
	ptrdiff_t at = str_chr(s, '?'), frag = str_chr(s, '#');

	if (!s.n)
		return err_set(w->e, 0, "%s: invalid format: \"\"", label);
	if (w->q->kind == DEP_VAULT_LIST || w->q->kind == DEP_VAULT_WRITE)
		at = frag = -1;
	if (frag >= 0 && (at < 0 || frag < at))
		at = -1;
	if (frag >= 0)
		s.n = (size_t)frag;
	if (at >= 0) {
		w->q->version = cstr_in(w->a, str_cut(s, (size_t)at + 1, s.n));
		s.n = (size_t)at;
	}
	w->q->name = cstr_in(w->a, s);
	return 0;
}

/* The value of version= in the URL query, NULL when there is none. */
static const char *version_of(struct ask *w)
{
	struct str rest = str_of(w->q->version), pair;

	while (str_split(&rest, '&', &pair))
		if (str_prefix(pair, STR("version=")))
			return cstr_in(w->a, str_cut(pair, 8, pair.n));
	return NULL;
}

int query_vault(struct arena *a, enum tmpl_dep kind, struct str path,
		const struct str *args, size_t n, const char *dest,
		struct tmpl_query *q, struct err *e)
{
	struct ask w = {a, path, q, e};
	struct pair *pairs = arena_array(a, n + 1, sizeof(*pairs));
	const char *hash, *version;
	size_t count;

	query_clear(q, kind);
	if (parse_pairs(&w, args, n, pairs, &count) < 0 ||
	    vault_path(&w, kind == DEP_VAULT_LIST    ? "vault.list"
			   : kind == DEP_VAULT_WRITE ? "vault.write"
						     : "vault.read") < 0)
		return -1;
	hash = pairs_hash(&w, pairs, count);
	version = version_of(&w);
	if (kind == DEP_VAULT_WRITE)
		q->id = arena_printf(a, "vault.write(%s -> %s)", q->name, hash);
	else if (kind == DEP_VAULT_PKI)
		q->id = arena_printf(a, "vault.pki(%s->%s)", q->name, dest);
	else if (kind == DEP_VAULT_LIST)
		q->id = arena_printf(a, "vault.list(%s)", q->name);
	else if (version)
		q->id = arena_printf(a, "vault.read(%s.v%s)", q->name, version);
	else
		q->id = arena_printf(a, "vault.read(%s)", q->name);
	return 0;
}
