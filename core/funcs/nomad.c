// SPDX-License-Identifier: MIT
/* nomad - Nomad's services and variables. */
#include "funcs/ask.h"
#include "funcs/shape.h"
#include "funcs/themes.h"

/*: nomadServices ["@REGION"]
 * {{ range nomadServices }}{{ .Name }} {{ end }} ~> redis web
 */
FN(services)
{
	return ask_list(c, DEP_NOMAD_SERVICES, join_args(c, args, n, ""),
			&shape_nomad_snippet_l, out);
}

static int need(struct tmpl_call *c, const struct val *v,
		const struct val_type *t, const char *what)
{
	if (v->type == t)
		return 0;
	return fail(c, "expected %s argument", what);
}

/*: nomadService [COUNT KEY] "[TAG.]NAME[@REGION]"
 * {{ range nomadService 2 "10.0.0.7" "redis" }}{{ .Address }} {{ end }} ~> 10.0.0.1 10.0.0.2
 */
FN(service)
{
	struct tmpl_query q;
	bool have;

	*out = val_list(c->arena, &shape_nomad_service_l, 0);
	if (n != 1 && n != 3)
		return fail(c, "expected arguments <service> or <count> <key> "
			       "<service>");
	if ((n == 3 &&
	     (need(c, &args[0], &type_int, "integer for <count>") < 0 ||
	      need(c, &args[1], &type_string, "string for <key>") < 0)) ||
	    need(c, &args[n - 1], &type_string, "string for <service>") < 0)
		return -1;
	if (query_parse(c->arena, DEP_NOMAD_SERVICE, args[n - 1].s, "", &q,
			c->err) < 0)
		return -1;
	if (n == 3) {
		int len = (int)strlen(q.id) - 1;

		q.choose = arena_printf(c->arena, "%lld|%.*s",
					(long long)args[0].i,
					STRF(args[1].s));
		q.id = arena_printf(c->arena, "%.*s:%s)", len, q.id, q.choose);
	}
	return ask(c, &q, out, &have);
}

/*: nomadVar "PATH[@NAMESPACE[.REGION]]"
 * {{ with nomadVar "nomad/jobs/web" }}{{ .password }}{{ end }} ~> hunter2
 */
FN(var)
{
	bool have;

	*out = val_zero(&shape_nomad_items);
	if (!args[0].s.n)
		return 0;
	if (ask_text(c, DEP_NOMAD_VAR_BLOCK, args[0].s, out, &have) < 0)
		return -1;
	if (!out->type)
		*out = val_zero(&shape_nomad_items);
	return 0;
}

/*: nomadVarExists "PATH[@NAMESPACE[.REGION]]"
 * {{ nomadVarExists "nomad/jobs/web" }} ~> true
 */
FN(var_exists)
{
	struct val v = val_none();
	bool have = false;

	if (args[0].s.n &&
	    ask_text(c, DEP_NOMAD_VAR_GET, args[0].s, &v, &have) < 0)
		return -1;
	return ret_bool(out, have && v.type);
}

static int list(struct tmpl_call *c, const struct val *args, size_t n,
		bool safe, struct val *out)
{
	const char *ns = c->host->nomad_ns;
	struct tmpl_query q;
	bool have;

	*out = val_list(c->arena, &shape_nomad_meta_l, 0);
	if (query_parse(c->arena, DEP_NOMAD_VAR_LIST,
			join_args(c, args, n, ""), ns ? ns : "", &q,
			c->err) < 0 ||
	    ask(c, &q, out, &have) < 0)
		return -1;
	if (have && safe && !val_len_list(out) && c->host->hold)
		c->host->hold(c->host->ctx, &q);
	return 0;
}

/*: nomadVarList ["PREFIX[@NAMESPACE[.REGION]]"]
 * {{ range nomadVarList "nomad" }}{{ . }} {{ end }} ~> nomad/jobs/web
 */
FN(var_list)
{
	return list(c, args, n, false, out);
}

/*: nomadVarListSafe ["PREFIX[@NAMESPACE[.REGION]]"]
 * {{ range nomadVarListSafe "nomad" }}{{ .Path }} {{ end }} ~> nomad/jobs/web
 */
FN(var_list_safe)
{
	return list(c, args, n, true, out);
}

static const struct tmpl_func table[] = {
	{"nomadService", "..a:<[]*dependency.NomadService>", service},
	{"nomadServices", "..s:<[]*dependency.NomadServicesSnippet>",
	 services},
	{"nomadVar", "s:<dependency.NomadVarItems>", var},
	{"nomadVarExists", "s:b", var_exists},
	{"nomadVarList", "..s:<[]*dependency.NomadVarMeta>", var_list},
	{"nomadVarListSafe", "..s:<[]*dependency.NomadVarMeta>",
	 var_list_safe},
};

THEME(theme_nomad, "nomad", table);
