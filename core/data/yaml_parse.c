// SPDX-License-Identifier: MIT
/* yaml_parse - libyaml's events to nodes, nodes to values. Nodes come first
 * because an alias may be read several times and each reading counts towards
 * the bound on aliases (the "billion laughs" of a few hundred bytes).
 * Source: yaml.v2's decoding into an interface {}, as facts. */
#include "yaml_inner.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/num.h"
#include "data/json.h"

enum node_kind { SCALAR, SEQUENCE, MAPPING, ALIAS };

struct node {
	enum node_kind kind;
	bool implicit; /* plain, no tag */
	bool open;     /* an alias that is being read */
	struct str tag, value, anchor;
	struct node **kids; /* keys and values in turn */
	size_t n, cap;
	struct node *alias;
	struct node *older; /* anchors, newest first */
};

struct parser {
	yaml_parser_t lib;
	yaml_event_t event;
	struct arena *arena;
	struct err *err;
	struct node *anchors;
	int depth;
	/* reading */
	size_t read, aliased;
	int in_alias;
};

static int fail(struct parser *p, const char *msg)
{
	return err_set(p->err, 0, "yaml: %s", msg);
}

/* The next event in p->event; the one before is given back. */
static int next(struct parser *p)
{
	size_t line;

	yaml_event_delete(&p->event);
	if (yaml_parser_parse(&p->lib, &p->event))
		return 0;
	if (p->lib.error == YAML_MEMORY_ERROR)
		return err_nomem(p->err);
	/* The original counts from 0, corrects the scanner's lines only, and
	 * takes line 0 for no line. */
	line = p->lib.problem_mark.line;
	if (line)
		line += p->lib.error == YAML_SCANNER_ERROR;
	else
		line = p->lib.context_mark.line;
	if (line)
		return err_set(p->err, 0, "yaml: line %zu: %s", line,
			       p->lib.problem);
	return fail(p, p->lib.problem ? p->lib.problem
				      : "unknown problem parsing YAML content");
}

static struct str keep(struct parser *p, const unsigned char *s, size_t n)
{
	return str_n(arena_dup(p->arena, s, n), n);
}

static struct str keep_text(struct parser *p, const unsigned char *s)
{
	return s ? keep(p, s, strlen((const char *)s)) : STR("");
}

static struct node *new_node(struct parser *p, enum node_kind kind,
			     const unsigned char *tag,
			     const unsigned char *anchor)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	n->kind = kind;
	n->tag = keep_text(p, tag);
	if (anchor && kind != ALIAS) {
		n->anchor = keep_text(p, anchor);
		n->older = p->anchors;
		p->anchors = n;
	}
	return n;
}

static void add_kid(struct parser *p, struct node *n, struct node *kid)
{
	if (n->n == n->cap) {
		size_t cap = n->cap ? 2 * n->cap : 4;

		n->kids = arena_grow(p->arena, n->kids,
				     n->n * sizeof(void *),
				     cap * sizeof(void *));
		n->cap = cap;
	}
	n->kids[n->n++] = kid;
}

static int build(struct parser *p, struct node **out);

/* The content of a list or map up to its end event. */
static int build_kids(struct parser *p, struct node *n, yaml_event_type_t end)
{
	struct node *kid = NULL;

	if (++p->depth > YAML_DEPTH_MAX)
		return fail(p, "exceeded max depth");
	for (;;) {
		if (next(p) < 0)
			return -1;
		if (p->event.type == end)
			break;
		if (build(p, &kid) < 0)
			return -1;
		add_kid(p, n, kid);
	}
	p->depth--;
	return 0;
}

static int build_alias(struct parser *p, struct node **out)
{
	struct node *n = new_node(p, ALIAS, NULL, NULL);

	n->value = keep_text(p, p->event.data.alias.anchor);
	n->alias = p->anchors;
	while (n->alias && !str_eq(n->alias->anchor, n->value))
		n->alias = n->alias->older;
	*out = n;
	if (!n->alias)
		return err_set(p->err, 0, "yaml: unknown anchor '%s' referenced",
			       n->value.p);
	return 0;
}

/* The node that the current event begins. */
static int build(struct parser *p, struct node **out)
{
	yaml_event_t *e = &p->event;

	switch ((int)e->type) {
	case YAML_SCALAR_EVENT:
		*out = new_node(p, SCALAR, e->data.scalar.tag,
				e->data.scalar.anchor);
		(*out)->implicit = e->data.scalar.plain_implicit;
		(*out)->value = keep(p, e->data.scalar.value,
				     e->data.scalar.length);
		return 0;
	case YAML_ALIAS_EVENT:
		return build_alias(p, out);
	case YAML_SEQUENCE_START_EVENT:
		*out = new_node(p, SEQUENCE, e->data.sequence_start.tag,
				e->data.sequence_start.anchor);
		return build_kids(p, *out, YAML_SEQUENCE_END_EVENT);
	case YAML_MAPPING_START_EVENT:
		*out = new_node(p, MAPPING, e->data.mapping_start.tag,
				e->data.mapping_start.anchor);
		return build_kids(p, *out, YAML_MAPPING_END_EVENT);
	default:
		return fail(p, "unexpected event");
	}
}

/* --- nodes to values --- */

#define TAG(name) "tag:yaml.org,2002:" name

/* How many of the values read may come out of aliases, as the original
 * allows: nearly all of a small document, a tenth of a large one. */
static bool too_many_aliases(const struct parser *p)
{
	const double low = 400000, high = 4000000;
	double n = (double)p->read, part = 0.10;

	if (n <= low)
		part = 0.99;
	else if (n < high)
		part = 0.99 - 0.89 * ((n - low) / (high - low));
	return p->aliased > 100 && p->read > 1000 &&
	       (double)p->aliased / n > part;
}

static int base64(struct parser *p, struct str in, struct str *out)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char *s = arena_alloc(p->arena, in.n + 1);
	size_t n = 0, k = 0, pad = 0;
	uint32_t w = 0;

	for (size_t i = 0; i < in.n; i++) {
		const char *at = in.p[i] ? strchr(set, in.p[i]) : NULL;

		if (in.p[i] == '\n' || in.p[i] == '\r')
			continue;
		if (in.p[i] == '=' && (k & 3) >= 2)
			pad++;
		else if (!at || pad)
			goto bad;
		w = w << 6 | (at ? (uint32_t)(at - set) : 0);
		if ((++k & 3) != 0)
			continue;
		s[n++] = (char)(w >> 16);
		s[n++] = (char)(w >> 8);
		s[n++] = (char)w;
		if (pad && i + 1 < in.n && str_chr(STR("\r\n"), in.p[i + 1]) < 0)
			goto bad;
	}
	if (k & 3 || pad > 2)
		goto bad;
	*out = str_n(s, n - pad);
	return 0;
bad:
	return fail(p, "!!binary value contains invalid base64 data");
}

static const char *const kind_tags[] = {
	[YAML_STR] = "!!str",	  [YAML_BOOL] = "!!bool",
	[YAML_INT] = "!!int",	  [YAML_FLOAT] = "!!float",
	[YAML_NULL] = "!!null",	  [YAML_STAMP] = "!!timestamp",
	[YAML_OTHER] = "",
};

/* The kind that a tag asks for. */
static enum yaml_kind tag_kind(struct str tag)
{
	struct str head = STR(TAG(""));

	if (!str_prefix(tag, head))
		return YAML_OTHER;
	for (int k = YAML_STR; k < YAML_OTHER; k++)
		if (str_is(str_cut(tag, head.n, tag.n), kind_tags[k] + 2))
			return (enum yaml_kind)k;
	return YAML_OTHER;
}

static int tagged(struct parser *p, const struct node *n, struct val *out)
{
	enum yaml_kind want = tag_kind(n->tag), got;
	struct str data = STR("");

	*out = val_str(n->value);
	if (str_is(n->tag, TAG("binary"))) {
		if (base64(p, n->value, &data) < 0)
			return -1;
		*out = val_str(data);
	}
	if (want == YAML_OTHER || want == YAML_STR)
		return 0;
	got = yaml_resolve(n->value, want == YAML_STAMP, out);
	if (want == YAML_FLOAT && got == YAML_INT &&
	    val_kind(out) == KIND_INT) {
		*out = val_float((double)out->i);
		return 0;
	}
	if (got == want)
		return 0;
	return err_set(p->err, 0, "yaml: cannot decode %s `%s` as a %s",
		       kind_tags[got], n->value.p, kind_tags[want]);
}

static int count(struct parser *p)
{
	p->read++;
	if (p->in_alias)
		p->aliased++;
	if (too_many_aliases(p))
		return fail(p, "document contains excessive aliasing");
	if (p->depth > YAML_DEPTH_MAX)
		return fail(p, "exceeded max depth");
	return 0;
}

static int read_node(struct parser *p, struct node *n, struct val *out);

static bool is_merge(const struct node *n)
{
	return n->kind == SCALAR && str_is(n->value, "<<") &&
	       (n->implicit || str_is(n->tag, TAG("merge")));
}

static int read_map(struct parser *p, struct node *n, struct val *map);

static int merge_one(struct parser *p, struct node *n, struct val *map)
{
	int rc;

	if (n->kind == ALIAS && n->alias->kind == MAPPING) {
		if (count(p) < 0)
			return -1;
		if (n->open)
			return err_set(p->err, 0,
				       "yaml: anchor '%s' value contains "
				       "itself",
				       n->value.p);
		n->open = true;
		p->in_alias++;
		rc = read_map(p, n->alias, map);
		p->in_alias--;
		n->open = false;
		return rc;
	}
	if (n->kind != MAPPING)
		return fail(p, "map merge requires map or sequence of maps as "
			       "the value");
	return read_map(p, n, map);
}

/* Of several maps the first one has the last word. */
static int merge(struct parser *p, struct node *n, struct val *map)
{
	if (n->kind != SEQUENCE)
		return merge_one(p, n, map);
	for (size_t i = n->n; i-- > 0;)
		if (merge_one(p, n->kids[i], map) < 0)
			return -1;
	return 0;
}

/* A list or map in Go's syntax, as the original shows an impossible key. */
static void go_syntax(struct parser *p, struct buf *b, const struct val *v)
{
	const struct val_entry *e;
	char num[NUM_FLOAT];
	size_t n;

	switch ((int)val_kind(v)) {
	case KIND_SLICE:
		buf_addf(b, "%s{", v->type->name);
		for (size_t i = 0; i < val_len_list(v); i++) {
			buf_adds(b, i ? ", " : "");
			go_syntax(p, b, &v->list->items[i]);
		}
		buf_addc(b, '}');
		return;
	case KIND_MAP:
		buf_addf(b, "%s{", v->type->name);
		e = val_map_entries(v, &n);
		for (size_t i = 0; i < n; i++) {
			buf_adds(b, i ? ", " : "");
			go_syntax(p, b, &e[i].key);
			buf_addc(b, ':');
			go_syntax(p, b, &e[i].v);
		}
		buf_addc(b, '}');
		return;
	case KIND_STRING:
		json_print_str(b, v->s, JSON_PLAIN);
		return;
	case KIND_FLOAT:
		num_put_float(num, v->f, 'g', -1, 64);
		buf_adds(b, num);
		return;
	case KIND_UINT:
		buf_addf(b, "0x%llx", (unsigned long long)v->u);
		return;
	case KIND_INT:
		buf_addf(b, "%lld", (long long)v->i);
		return;
	case KIND_BOOL:
		buf_adds(b, v->b ? "true" : "false");
		return;
	default:
		buf_adds(b, "interface {}(nil)");
	}
}

static int bad_key(struct parser *p, const struct val *k)
{
	struct buf BUF_AUTO b = {.max = ERR_TEXT};

	go_syntax(p, &b, k);
	return err_set(p->err, 0, "yaml: invalid map key: %s", buf_str(&b));
}

/* Into a map that may have entries already (merging). */
static int read_map(struct parser *p, struct node *n, struct val *map)
{
	struct val k, v;

	if (count(p) < 0)
		return -1;
	p->depth++;
	for (size_t i = 0; i + 1 < n->n; i += 2) {
		if (is_merge(n->kids[i])) {
			if (merge(p, n->kids[i + 1], map) < 0)
				return -1;
			continue;
		}
		if (read_node(p, n->kids[i], &k) < 0)
			return -1;
		if (val_kind(&k) == KIND_MAP || val_kind(&k) == KIND_SLICE)
			return bad_key(p, &k);
		if (read_node(p, n->kids[i + 1], &v) < 0)
			return -1;
		val_map_set(p->arena, map, k, v);
	}
	p->depth--;
	return 0;
}

static int read_list(struct parser *p, struct node *n, struct val *out)
{
	struct val v;

	if (count(p) < 0)
		return -1;
	p->depth++;
	*out = val_list(p->arena, &type_anys, n->n);
	for (size_t i = 0; i < n->n; i++) {
		if (read_node(p, n->kids[i], &v) < 0)
			return -1;
		val_push(p->arena, out, v);
	}
	p->depth--;
	return 0;
}

static int read_alias(struct parser *p, struct node *n, struct val *out)
{
	int rc;

	if (count(p) < 0)
		return -1;
	if (n->open)
		return err_set(p->err, 0,
			       "yaml: anchor '%s' value contains itself",
			       n->value.p);
	n->open = true;
	p->in_alias++;
	rc = read_node(p, n->alias, out);
	p->in_alias--;
	n->open = false;
	return rc;
}

static int read_node(struct parser *p, struct node *n, struct val *out)
{
	switch (n->kind) {
	case ALIAS:
		return read_alias(p, n, out);
	case SEQUENCE:
		return read_list(p, n, out);
	case MAPPING:
		*out = val_map(p->arena, &type_map_anyany);
		return read_map(p, n, out);
	case SCALAR:
		break;
	}
	if (count(p) < 0)
		return -1;
	if (n->tag.n)
		return tagged(p, n, out);
	*out = val_str(n->value);
	if (n->implicit && yaml_resolve(n->value, true, out) == YAML_STAMP)
		*out = val_str(n->value);
	return 0;
}

static int document(struct parser *p, struct val *out)
{
	struct node *root = NULL;

	*out = val_none();
	do {
		if (next(p) < 0)
			return -1;
		if (p->event.type == YAML_STREAM_END_EVENT)
			return 0;
	} while (p->event.type != YAML_DOCUMENT_START_EVENT);
	/* The end of the document is looked for before its content counts. */
	if (next(p) < 0 || build(p, &root) < 0 || next(p) < 0 || !root)
		return -1;
	p->depth = 0;
	return read_node(p, root, out);
}

int yaml_parse(struct arena *a, struct str text, struct val *out,
	       struct err *e)
{
	struct parser p = {.arena = a, .err = e};
	jmp_buf *outer = a->oom;
	struct val v;
	jmp_buf oom;
	volatile int rc = -1;

	if (!yaml_parser_initialize(&p.lib))
		return err_nomem(e);
	yaml_parser_set_input_string(&p.lib, (const unsigned char *)text.p,
				     text.n);
	a->oom = &oom;
	if (setjmp(oom))
		err_nomem(e);
	else
		rc = document(&p, &v);
	a->oom = outer;
	yaml_event_delete(&p.event);
	yaml_parser_delete(&p.lib);
	if (rc == 0)
		*out = v;
	return rc;
}
