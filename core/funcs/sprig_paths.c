// SPDX-License-Identifier: MIT
/* sprig_paths - path names and URLs.
 * Source: Go's path and net/url, sprig v3 (url.go), as facts. */
#include "funcs/sprig.h"
#include "funcs/themes.h"
#include "funcs/url.h"

/* --- paths --- */

/* Go's path.Clean: the shortest name for the same place. */
static struct str clean(struct tmpl_call *c, struct str s)
{
	bool rooted = s.n && s.p[0] == '/';
	char *p = arena_alloc(c->arena, s.n + 2);
	size_t at = rooted, up = rooted; /* what ".." cannot take back */
	struct str part;

	if (!p)
		return s;
	if (rooted)
		p[0] = '/';
	while (str_split(&s, '/', &part)) {
		if (!part.n || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			if (at > up) {
				at--;
				while (at > up && p[at] != '/')
					at--;
				continue;
			}
			if (rooted)
				continue;
		}
		if (at > rooted)
			p[at++] = '/';
		memcpy(p + at, part.p, part.n);
		at += part.n;
		if (str_is(part, ".."))
			up = at;
	}
	if (!at)
		p[at++] = '.';
	return str_n(p, at);
}

/*: sprig_clean sprig_osClean PATH
 * {{ sprig_clean "/a/../b//c/" }} => /b/c
 */
FN(clean_fn)
{
	return ret_str(out, clean(c, args[0].s));
}

/*: sprig_base sprig_osBase PATH
 * {{ sprig_base "/a/b/c.txt" }} => c.txt
 */
FN(base)
{
	struct str s = args[0].s;
	ptrdiff_t at;

	if (!s.n)
		return ret_str(out, STR("."));
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	if (!s.n)
		return ret_str(out, STR("/"));
	at = str_rfind(s, STR("/"));
	return ret_str(out, str_cut(s, (size_t)(at + 1), s.n));
}

/*: sprig_dir sprig_osDir PATH
 * {{ sprig_dir "/a/b/c.txt" }} => /a/b
 */
FN(dir)
{
	ptrdiff_t at = str_rfind(args[0].s, STR("/"));

	return ret_str(out, clean(c, str_cut(args[0].s, 0,
					     (size_t)(at + 1))));
}

/*: sprig_ext sprig_osExt PATH
 * {{ sprig_ext "a/b.tar.gz" }} => .gz
 */
FN(ext)
{
	struct str s = args[0].s;

	for (size_t i = s.n; i-- > 0 && s.p[i] != '/';)
		if (s.p[i] == '.')
			return ret_str(out, str_cut(s, i, s.n));
	return ret_str(out, STR(""));
}

/*: sprig_isAbs sprig_osIsAbs PATH
 * {{ sprig_isAbs "/a" }} => true
 */
FN(is_abs)
{
	return ret_bool(out, args[0].s.n && args[0].s.p[0] == '/');
}

/* --- URLs --- */

/*: sprig_urlParse URL
 * {{ (sprig_urlParse "http://u:p@h:80/a?q=1#f").host }} => h:80
 */
FN(url_parse_fn)
{
	struct url u;

	if (url_parse(c->arena, args[0].s, &u, c->err) < 0)
		return err_wrap(c->err, "unable to parse url");
	*out = val_map(c->arena, &type_map_any);
	for (size_t i = 0; i < URL_PARTS; i++)
		val_map_sets(c->arena, out, str_of(url_part_names[i]),
			     val_str(url_part(c->arena, &u, (enum url_part)i)));
	return 0;
}

/*: sprig_urlJoin PARTS
 * {{ sprig_urlJoin (sprig_dict "scheme" "http" "host" "h" "path" "/a b") }} => http://h/a%20b
 */
FN(url_join)
{
	struct url u = {0};
	struct str parts[URL_PARTS];

	for (size_t i = 0; i < URL_PARTS; i++) {
		struct str name = str_of(url_part_names[i]);
		const struct val *v = val_map_gets(&args[0], name);

		parts[i] = STR("");
		if (!v || i == URL_HOSTNAME)
			continue;
		if (!v->type)
			return fail_nil(c);
		if (val_kind(v) != KIND_STRING)
			return fail(c, "unable to parse %s key, must be of "
				       "type string, but %s found",
				    url_part_names[i], go_kind(v));
		parts[i] = v->s;
	}
	if (url_build(c->arena, parts, &u, c->err) < 0)
		return -1;
	return ret_str(out, url_string(c->arena, &u));
}

static const struct tmpl_func table[] = {
	{"base", "s:s", base},	    {"clean", "s:s", clean_fn},
	{"dir", "s:s", dir},	    {"ext", "s:s", ext},
	{"isAbs", "s:b", is_abs},   {"osBase", "s:s", base},
	{"osClean", "s:s", clean_fn}, {"osDir", "s:s", dir},
	{"osExt", "s:s", ext},	    {"osIsAbs", "s:b", is_abs},
	{"urlJoin", "M:s", url_join}, {"urlParse", "s:M", url_parse_fn},
};

THEME(theme_sprig_paths, "sprig paths and URLs", table);
