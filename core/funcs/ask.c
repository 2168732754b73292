// SPDX-License-Identifier: MIT
/* ask - the data functions' way to the host. */
#include "funcs/ask.h"

int no_host(struct tmpl_call *c)
{
	return fail(c, "%s is not available here", c->name);
}

int ask(struct tmpl_call *c, const struct tmpl_query *q, struct val *out,
	bool *have)
{
	struct val v = val_none();

	*have = false;
	if (!c->host->query)
		return no_host(c);
	if (c->host->query(c->host->ctx, q, &v, have, c->err) < 0)
		return -1;
	if (*have)
		*out = v;
	return 0;
}

int ask_text(struct tmpl_call *c, enum tmpl_dep kind, struct str s,
	     struct val *out, bool *have)
{
	struct tmpl_query q;
	const char *ns = c->host->nomad_ns;

	*have = false;
	if (query_parse(c->arena, kind, s, ns ? ns : "", &q, c->err) < 0)
		return -1;
	return ask(c, &q, out, have);
}

int ask_list(struct tmpl_call *c, enum tmpl_dep kind, struct str s,
	     const struct val_type *t, struct val *out)
{
	bool have;

	*out = val_list(c->arena, t, 0);
	return ask_text(c, kind, s, out, &have);
}

struct str join_args(struct tmpl_call *c, const struct val *args, size_t n,
		     const char *sep)
{
	struct text t = text_in(c);

	if (n == 1)
		return args[0].s;
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_adds(&t, sep);
		text_s(&t, args[i].s);
	}
	return text_str(&t);
}
