// SPDX-License-Identifier: MIT
/* query - the texts of queries. Each kind of dependency has a line in a table
 * that says which parts its text may have, in this fixed order:
 *
 *     [tag.]name [?key=value&...] [@dc] [~near] [|status,...]
 *
 * The parts' character sets do not overlap with what starts the next part, so
 * one walk from left to right decides as the reference's regular expressions
 * do. Source: consul-template's package dependency, as facts. */
#include "funcs/kit.h"
#include "funcs/query.h"

enum part {
	TAG = 1,
	NAME_WORD = 2,	/* letters, digits, _ and - */
	NAME_DOT = 4,	/* the same and dots */
	NAME_KEY = 8,	/* anything but @ and ?, one leading slash off */
	QUERY = 16,
	DC = 32,
	NEAR = 64,
	FILTER = 128,
	OPTIONAL = 256, /* the whole text may be missing */
};

struct grammar {
	const char *label; /* in messages */
	const char *id;
	unsigned parts;
};

static const struct grammar grammars[] = {
	[DEP_KV_GET] = {"kv.get", "kv.get", NAME_KEY | QUERY | DC},
	[DEP_KV_BLOCK] = {"kv.get", "kv.block", NAME_KEY | QUERY | DC},
	[DEP_KV_LIST] = {"kv.list", "kv.list", NAME_KEY | QUERY | DC},
	[DEP_SERVICE] = {"health.service", "health.service",
			 TAG | NAME_WORD | QUERY | DC | NEAR | FILTER},
	[DEP_CONNECT] = {"health.service", "health.connect",
			 TAG | NAME_WORD | QUERY | DC | NEAR | FILTER},
	[DEP_SERVICES] = {"catalog.services", "catalog.services",
			  QUERY | DC | OPTIONAL},
	[DEP_NODE] = {"catalog.node", "catalog.node",
		      NAME_DOT | QUERY | DC | OPTIONAL},
	[DEP_NODES] = {"catalog.nodes", "catalog.nodes",
		       QUERY | DC | NEAR | OPTIONAL},
	[DEP_PEERINGS] = {"list.peering", "list.peerings", QUERY | OPTIONAL},
	[DEP_NOMAD_SERVICES] = {"nomad.services", "nomad.services",
				DC | OPTIONAL},
	[DEP_NOMAD_SERVICE] = {"nomad.service", "nomad.service",
			       TAG | NAME_WORD | DC},
	[DEP_CATALOG_SERVICE] = {"catalog.service", "catalog.service",
				 TAG | NAME_WORD | QUERY | DC | NEAR},
};

/* One text being read. */
struct walk {
	struct arena *a;
	struct str whole, rest;
	const struct grammar *g;
	struct tmpl_query *q;
	struct err *e;
};

/* The longest run of word characters and those of `more`. */
static struct str take(struct str *s, const char *more)
{
	size_t n = 0;
	struct str run;

	while (n < s->n) {
		unsigned char ch = (unsigned char)s->p[n];

		if (!ascii_alpha(ch) && !ascii_digit(ch) && ch != '_' &&
		    !(ch && strchr(more, ch)))
			break;
		n++;
	}
	run = str_cut(*s, 0, n);
	*s = str_cut(*s, n, s->n);
	return run;
}

static char *keep(struct walk *w, struct str s)
{
	return cstr_in(w->a, s);
}

/* A part after its mark: false when the mark is there and the part is not. */
static bool marked(struct walk *w, char mark, const char *more, bool allowed,
		   struct str *out)
{
	*out = STR("");
	if (!allowed || !w->rest.n || w->rest.p[0] != mark)
		return true;
	w->rest = str_cut(w->rest, 1, w->rest.n);
	*out = take(&w->rest, more);
	return out->n > 0;
}

static bool read_key(struct walk *w)
{
	struct str s = w->rest;
	size_t n = 0;

	while (n < s.n && s.p[n] != '@' && s.p[n] != '?')
		n++;
	w->rest = str_cut(s, n, s.n);
	s.n = n;
	if (n > 1 && s.p[0] == '/')
		s = str_cut(s, 1, n);
	w->q->name = keep(w, s);
	return n > 0;
}

/* A tag reaches to the last dot. */
static bool read_name(struct walk *w)
{
	unsigned p = w->g->parts;
	struct str run, name;
	ptrdiff_t dot;

	if (p & NAME_KEY)
		return read_key(w);
	if (!(p & (NAME_WORD | NAME_DOT)))
		return true;
	run = take(&w->rest, p & TAG ? "=:.-" : p & NAME_DOT ? ".-" : "-");
	if (p & TAG) {
		dot = str_rfind(run, STR("."));
		if (dot > 0)
			w->q->tag = keep(w, str_cut(run, 0, (size_t)dot));
		else if (dot == 0)
			return false;
		run = str_cut(run, (size_t)(dot + 1), run.n);
		name = take(&run, "-");
		if (run.n)
			return false;
		run = name;
	}
	w->q->name = keep(w, run);
	return run.n > 0;
}

/* ns=N&peer=P...: the first of equal keys counts, as for url.Values.Get. */
static int read_pairs(struct walk *w, struct str text)
{
	struct tmpl_query *q = w->q;
	struct str rest = text, pair;

	while (str_split(&rest, '&', &pair)) {
		ptrdiff_t eq = str_chr(pair, '=');
		struct str key = eq < 0 ? pair : str_cut(pair, 0, (size_t)eq);
		struct str value = eq < 0 ? STR("")
					  : str_cut(pair, (size_t)eq + 1,
						    pair.n);
		const char **at = str_is(key, "ns")	     ? &q->ns
				  : str_is(key, "peer")	     ? &q->peer
				  : str_is(key, "partition") ? &q->partition
				  : str_is(key, "sameness-group")
					  ? &q->sameness
					  : NULL;

		if (!pair.n)
			continue;
		if (!at)
			return err_set(w->e, 0,
				       "%s: invalid query parameter key %s in "
				       "query %s: supported keys: "
				       "ns,peer,partition,sameness-group",
				       w->g->label, print_quoted(w->a, key),
				       print_quoted(w->a, text));
		if (!**at)
			*at = keep(w, value);
	}
	return 0;
}

static const char *const statuses[] = {
	"any", "critical", "maintenance", "passing", "warning",
};

/* The words sorted, as often as they came. */
static int read_filter(struct walk *w, struct str text)
{
	struct text t = {.a = w->a};
	size_t count[COUNT(statuses)] = {0};
	struct str rest = text, word;

	while (text.n && str_split(&rest, ',', &word)) {
		size_t i = 0;

		while (i < COUNT(statuses) && !str_is(word, statuses[i]))
			i++;
		if (i < COUNT(statuses))
			count[i]++;
		else if (word.n)
			return err_set(w->e, 0, "%s: invalid filter: %s in %s",
				       w->g->label, print_quoted(w->a, word),
				       print_quoted(w->a, w->whole));
	}
	for (size_t i = 0; i < COUNT(statuses); i++) {
		while (count[i]--) {
			if (t.n)
				text_addc(&t, ',');
			text_adds(&t, statuses[i]);
		}
	}
	/* "|," names no status at all: nothing will be accepted */
	w->q->filter = t.n ? keep(w, text_str(&t)) : text.n ? "," : "passing";
	return 0;
}

static void suffix(struct text *t, const char *mark, const char *value)
{
	if (*value) {
		text_adds(t, mark);
		text_adds(t, value);
	}
}

static void make_id(struct walk *w)
{
	struct tmpl_query *q = w->q;
	struct text t = {.a = w->a};
	bool bare = q->kind == DEP_PEERINGS;
	size_t empty;

	text_adds(&t, w->g->id);
	if (!bare)
		text_addc(&t, '(');
	empty = t.n;
	if (*q->tag) {
		text_adds(&t, q->tag);
		text_addc(&t, '.');
	}
	text_adds(&t, q->name);
	suffix(&t, "@", q->dc);
	suffix(&t, bare ? "?partition=" : "@partition=", q->partition);
	if (!bare) {
		suffix(&t, "@ns=", q->ns);
		suffix(&t, "@peer=", q->peer);
		suffix(&t, "@sameness-group=", q->sameness);
	}
	suffix(&t, "~", q->near);
	if (w->g->parts & FILTER)
		suffix(&t, "|", strcmp(q->filter, ",") ? q->filter : "");
	if (!bare)
		text_addc(&t, ')');
	text_addc(&t, '\0');
	q->id = t.n > empty + 2 || bare ? t.p : w->g->id;
}

static int invalid(struct walk *w)
{
	return err_set(w->e, 0, "%s: invalid format: %s", w->g->label,
		       print_quoted(w->a, w->whole));
}

static int read_parts(struct walk *w)
{
	unsigned p = w->g->parts;
	struct str pairs, dc, near, filter;

	if (!w->whole.n && (p & OPTIONAL))
		return 0;
	if (!read_name(w) || !marked(w, '?', "-=&", p & QUERY, &pairs) ||
	    !marked(w, '@', ".-", p & DC, &dc) ||
	    !marked(w, '~', ".-", p & NEAR, &near) ||
	    !marked(w, '|', ",", p & FILTER, &filter) || w->rest.n)
		return invalid(w);
	w->q->dc = keep(w, dc);
	w->q->near = keep(w, near);
	if ((p & FILTER) && read_filter(w, filter) < 0)
		return -1;
	if (pairs.n && read_pairs(w, pairs) < 0)
		return -1;
	if ((p & FILTER) && *w->q->peer && *w->q->sameness)
		return err_set(w->e, 0,
			       "%s: cannot specify both peer and "
			       "sameness-group", w->g->label);
	return 0;
}

/* --- Nomad variables: path[@namespace[.region]] --- */

static int nomad_var(struct walk *w, const char *ns)
{
	struct tmpl_query *q = w->q;
	bool list = q->kind == DEP_NOMAD_VAR_LIST;
	struct str s = w->rest, path, name, region = STR("");
	ptrdiff_t at;

	if (!list)
		s = w->whole = str_trim(space_trim(s), "/");
	at = str_chr(s, '@');
	path = at < 0 ? s : str_cut(s, 0, (size_t)at);
	if (at >= 0) {
		s = str_cut(s, (size_t)at + 1, s.n);
		name = list && s.n && s.p[0] == '*' ? str_cut(s, 0, 1)
						    : take(&s, "-");
		if (name.p && name.p[0] == '*')
			s = str_cut(s, 1, s.n);
		q->ns = keep(w, name);
		if (s.n && s.p[0] == '.') {
			s = str_cut(s, 1, s.n);
			region = take(&s, "-");
			if (!region.n)
				return invalid(w);
		}
		if (!name.n || s.n || (!list && !path.n))
			return invalid(w);
	}
	if (path.n && path.p[0] == '/')
		path = str_cut(path, 1, path.n);
	if (!str_trim(path, "/").n)
		path = STR("");
	q->name = keep(w, path);
	q->dc = keep(w, region);
	if (!*q->ns)
		q->ns = ns;
	q->id = arena_printf(w->a, "nomad.var.%s(%s@%s.%s)",
			     list			     ? "list"
			     : q->kind == DEP_NOMAD_VAR_BLOCK ? "block"
							     : "get",
			     q->name, *q->ns ? q->ns : "default",
			     *q->dc ? q->dc : "global");
	return 0;
}

/* --- what has no grammar --- */

void query_clear(struct tmpl_query *q, enum tmpl_dep kind)
{
	*q = (struct tmpl_query){
		.kind = kind, .id = "", .name = "", .tag = "", .dc = "",
		.near = "", .ns = "", .partition = "", .peer = "",
		.sameness = "", .filter = "", .choose = "", .version = ""};
}

/* id(argument), or the id alone. */
static int plain(struct walk *w, const char *id, bool argument)
{
	w->q->name = keep(w, w->whole);
	w->q->id = argument ? arena_printf(w->a, "%s(%s)", id, w->q->name) : id;
	return 0;
}

static int by_partition(struct walk *w, const char *id)
{
	w->q->partition = keep(w, w->whole);
	w->q->id = arena_printf(w->a, "%s(%s)", id, w->q->partition);
	return 0;
}

int query_parse(struct arena *a, enum tmpl_dep kind, struct str s,
		const char *ns, struct tmpl_query *q, struct err *e)
{
	static const struct grammar vars = {"nomad.var.get", "", 0};
	static const struct grammar lists = {"nomad.var.list", "", 0};
	struct walk w = {a, s, s, NULL, q, e};

	query_clear(q, kind);
	if (kind < COUNT(grammars) && grammars[kind].label) {
		w.g = &grammars[kind];
		if (read_parts(&w) < 0)
			return -1;
		make_id(&w);
		return 0;
	}
	w.g = kind == DEP_NOMAD_VAR_LIST ? &lists : &vars;
	switch (kind) { /* flat switch */
	case DEP_FILE:
		return plain(&w, "file", true);
	case DEP_DATACENTERS:
		return plain(&w, "catalog.datacenters", false);
	case DEP_PARTITIONS:
		return plain(&w, "list.partitions", false);
	case DEP_EXPORTED_SERVICES:
		return by_partition(&w, "list.exportedServices");
	case DEP_IMPORTED_SERVICES:
		return by_partition(&w, "list.importedServices");
	case DEP_CA_ROOTS:
		return plain(&w, "connect.caroots", false);
	case DEP_CA_LEAF:
		return plain(&w, "connect.caleaf", true);
	case DEP_NOMAD_VAR_GET:
	case DEP_NOMAD_VAR_BLOCK:
	case DEP_NOMAD_VAR_LIST:
		return nomad_var(&w, ns);
	case DEP_VAULT_READ:
	case DEP_VAULT_LIST:
	case DEP_VAULT_WRITE:
	case DEP_VAULT_PKI:
		return query_vault(a, kind, s, NULL, 0, "", q, e);
	case DEP_KV_GET:
	case DEP_KV_BLOCK:
	case DEP_KV_LIST:
	case DEP_SERVICE:
	case DEP_CONNECT:
	case DEP_SERVICES:
	case DEP_NODE:
	case DEP_NODES:
	case DEP_PEERINGS:
	case DEP_NOMAD_SERVICES:
	case DEP_NOMAD_SERVICE:
	case DEP_CATALOG_SERVICE:
		break;
	}
	return err_set(e, 0, "unknown kind of dependency");
}
