// SPDX-License-Identifier: MIT
/* kv - keys of Consul's KV store: [/]path[?ns=N&partition=P][@dc]. An empty
 * path is never asked for. */
#include "funcs/ask.h"
#include "funcs/shape.h"
#include "funcs/themes.h"

/*: key PATH
 * {{ key "config/port" }} ~> 8080
 */
FN(key)
{
	bool have;

	*out = val_cstr("");
	if (!args[0].s.n)
		return 0;
	if (ask_text(c, DEP_KV_BLOCK, args[0].s, out, &have) < 0)
		return -1;
	if (!out->type)
		*out = val_cstr("");
	return 0;
}

/*: keyExists PATH
 * {{ keyExists "config/port" }} ~> true
 */
FN(key_exists)
{
	struct val v = val_none();
	bool have = false;

	if (args[0].s.n &&
	    ask_text(c, DEP_KV_GET, args[0].s, &v, &have) < 0)
		return -1;
	return ret_bool(out, have && v.type);
}

/*: keyOrDefault PATH DEFAULT
 * {{ keyOrDefault "config/color" "blue" }} ~> blue
 */
FN(key_or_default)
{
	struct val v = val_none();
	bool have = false;

	if (args[0].s.n &&
	    ask_text(c, DEP_KV_GET, args[0].s, &v, &have) < 0)
		return -1;
	return ret(out, have && v.type && v.s.n ? v : args[1]);
}

/* Whether ls (only the level below the prefix) or tree (all but folders)
 * shows a key. */
static bool shown(struct str key, bool tree)
{
	if (!key.n)
		return false;
	return tree ? key.p[key.n - 1] != '/' : str_chr(key, '/') < 0;
}

static int list(struct tmpl_call *c, struct str prefix, bool tree, bool safe,
		struct val *out)
{
	struct val all = val_none();
	struct tmpl_query q;
	bool have;

	*out = val_list(c->arena, &shape_key_pair_l, 0);
	if (!prefix.n)
		return 0;
	if (query_parse(c->arena, DEP_KV_LIST, prefix, "", &q, c->err) < 0 ||
	    ask(c, &q, &all, &have) < 0)
		return -1;
	for (size_t i = 0; i < val_len_list(&all); i++) {
		const struct val *pair = &all.list->items[i];

		if (shown(val_field(pair, "Key")->s, tree))
			val_push(c->arena, out, *pair);
	}
	if (have && safe && !val_len_list(out) && c->host->hold)
		c->host->hold(c->host->ctx, &q);
	return 0;
}

/*: ls PREFIX
 * {{ range ls "config" }}{{ .Key }}={{ .Value }} {{ end }} ~> port=8080 user=app
 */
FN(ls)
{
	return list(c, args[0].s, false, false, out);
}

/*: safeLs PREFIX
 * {{ range safeLs "config" }}{{ .Key }} {{ end }} ~> port user
 */
FN(safe_ls)
{
	return list(c, args[0].s, false, true, out);
}

/*: tree PREFIX
 * {{ range tree "config" }}{{ .Key }} {{ end }} ~> db/host port
 */
FN(tree)
{
	return list(c, args[0].s, true, false, out);
}

/*: safeTree PREFIX
 * {{ range safeTree "config" }}{{ .Key }} {{ end }} ~> db/host port
 */
FN(safe_tree)
{
	return list(c, args[0].s, true, true, out);
}

#define PAIRS "s:<[]*dependency.KeyPair>"
static const struct tmpl_func table[] = {
	{"key", "s:s", key},
	{"keyExists", "s:b", key_exists},
	{"keyOrDefault", "ss:s", key_or_default},
	{"ls", PAIRS, ls},
	{"safeLs", PAIRS, safe_ls},
	{"safeTree", PAIRS, safe_tree},
	{"tree", PAIRS, tree},
};

THEME(theme_kv, "keys", table);
