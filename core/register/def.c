// SPDX-License-Identifier: MIT
/* def - Consul service definitions (HCL or JSON) into struct reg_service. One
 * table names every key, its spelling in Consul's API and its type; what is
 * Consul's goes into the body as it is, what is ours into fields. Every
 * finding is reported, with file and line, before anything is refused. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "os/file.h"
#include "register.h"

#include "register/def.h"

void reg_lint_add(struct reg_lint *l, struct hcl_pos pos, const char *fmt, ...)
{
	va_list ap;

	buf_adds(&l->text, l->file ? l->file : "-");
	if (pos.line)
		buf_addf(&l->text, ":%u", pos.line);
	buf_adds(&l->text, ": ");
	va_start(ap, fmt);
	buf_addv(&l->text, fmt, ap);
	va_end(ap);
	buf_addc(&l->text, '\n');
	l->errors++;
}

void reg_lint_free(struct reg_lint *l)
{
	buf_free(&l->text);
}

enum type {
	T_STR,
	T_PORT,
	T_BOOL,
	T_STRS,
	T_META,
	T_ANY,
	T_CHECK,
	T_DUR_OR_CONN
};

static const struct key {
	const char *name;
	const char *json; /* NULL: ours, not sent */
	enum type type;
} keys[] = {
	{"id", "ID", T_STR},
	{"service_id", "ID", T_STR},
	{"name", "Name", T_STR},
	{"service_name", "Name", T_STR},
	{"address", "Address", T_STR},
	{"port", "Port", T_PORT},
	{"socket_path", "SocketPath", T_STR},
	{"tags", "Tags", T_STRS},
	{"meta", "Meta", T_META},
	{"tagged_addresses", "TaggedAddresses", T_ANY},
	{"weights", "Weights", T_ANY},
	{"enable_tag_override", "EnableTagOverride", T_BOOL},
	{"kind", "Kind", T_STR},
	{"proxy", "Proxy", T_ANY},
	{"connect", "Connect", T_ANY},
	{"locality", "Locality", T_ANY},
	{"token", NULL, T_STR},
	{"namespace", "Namespace", T_STR},
	{"partition", "Partition", T_STR},
	{"supervise", NULL, T_STR},
	{"drain", NULL, T_DUR_OR_CONN},
	{"check", NULL, T_CHECK},
	{"checks", NULL, T_CHECK},
};

static const struct key *find_key(struct str name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (hcl_key_is(name, keys[i].name))
			return &keys[i];
	return NULL;
}

static const char *text(struct def *d, const struct hcl_node *n, const char *key)
{
	if (n->kind == HCL_STRING)
		return arena_dup(&d->conf->arena, n->s.p, n->s.n);
	reg_lint_add(d->lint, n->pos, "%s: expected a string, got a %s", key,
		     hcl_kind_name(n->kind));
	return "";
}

static void set(struct def *d, const char *json, struct val v)
{
	if (json)
		val_map_sets(&d->conf->arena, &d->s->body, str_of(json), v);
}

static void take_str(struct def *d, const struct key *k,
		     const struct hcl_node *n)
{
	const char *s = text(d, n, k->name);

	if (k->json)
		set(d, k->json, val_cstr(s));
	if (hcl_key_is(str_of(k->name), "id") ||
	    hcl_key_is(str_of(k->name), "service_id"))
		d->s->id = s;
	else if (k->json && !strcmp(k->json, "Name"))
		d->s->name = s;
	else if (k->json && !strcmp(k->json, "Address"))
		d->s->address = s;
	else if (k->json && !strcmp(k->json, "Namespace"))
		d->s->ns = s;
	else if (k->json && !strcmp(k->json, "Partition"))
		d->s->partition = s;
	else if (!strcmp(k->name, "token"))
		d->s->token = s;
	else if (!strcmp(k->name, "supervise"))
		d->s->supervise = s;
}

static void take_port(struct def *d, const struct key *k,
		      const struct hcl_node *n)
{
	int64_t port = -1;

	if (n->kind == HCL_INT) {
		port = n->i;
	} else if (n->kind == HCL_STRING) { /* "${PORT}" */
		uint64_t u;

		if (num_arg(text(d, n, k->name), 65535, &u))
			port = (int64_t)u;
	}
	if (port < 0 || port > 65535) {
		reg_lint_add(d->lint, n->pos, "%s: not a port (0-65535)",
			     k->name);
		return;
	}
	d->s->port = (unsigned)port;
	set(d, k->json, val_int(port));
}

static void take_strs(struct def *d, const struct key *k,
		      const struct hcl_node *n)
{
	struct val list = val_list(&d->conf->arena, &type_strings, n->n);

	if (n->kind != HCL_LIST) {
		reg_lint_add(d->lint, n->pos, "%s: expected a list of strings",
			     k->name);
		return;
	}
	for (size_t i = 0; i < n->n; i++)
		val_push(&d->conf->arena, &list,
			 val_cstr(text(d, n->list[i], k->name)));
	set(d, k->json, list);
}

/* meta { a = "b" } or meta = { }; Consul's limits: 64 pairs, 128 and 512, and
 * the letters of a key. */
static bool meta_key(struct str s)
{
	static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789_-"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t i = 0;

	while (i < s.n && memchr(all, s.p[i], sizeof(all) - 1))
		i++;
	return i && i == s.n;
}

static void take_meta(struct def *d, const struct key *k,
		      const struct hcl_node *n)
{
	struct arena *a = &d->conf->arena;
	struct val map = val_map(a, &type_map_str);

	if (n->kind != HCL_OBJECT) {
		reg_lint_add(d->lint, n->pos, "%s: expected a map of strings",
			     k->name);
		return;
	}
	if (n->n > 64)
		reg_lint_add(d->lint, n->pos, "%s: more than 64 pairs", k->name);
	for (size_t i = 0; i < n->n; i++) {
		const struct hcl_item *it = &n->items[i];
		const char *v = text(d, it->val, k->name);

		if (!meta_key(it->keys[0].name))
			reg_lint_add(d->lint, it->keys[0].pos,
				     "%s: a key is "
				     "letters, digits, _ and -",
				     k->name);
		if (it->keys[0].name.n > 128 || strlen(v) > 512)
			reg_lint_add(d->lint, it->keys[0].pos,
				     "%s.%.*s: key over 128 or value over 512 "
				     "bytes",
				     k->name, (int)it->keys[0].name.n,
				     it->keys[0].name.p);
		val_map_sets(a, &map, it->keys[0].name, val_cstr(v));
	}
	set(d, k->json, map);
}

/* Objects that Consul defines and we only pass on: keys to its API's spelling
 * (snake_case to CamelCase; map keys that users choose stay). */
static struct val any(struct def *d, const struct hcl_node *n, bool user_keys)
{
	struct arena *a = &d->conf->arena;
	struct val v;

	switch (n->kind) {
	case HCL_STRING:
		return val_cstr(text(d, n, "value"));
	case HCL_INT:
		return val_int(n->i);
	case HCL_FLOAT:
		return val_float(n->f);
	case HCL_BOOL:
		return val_bool(n->b);
	case HCL_LIST:
		v = val_list(a, &type_anys, n->n);
		for (size_t i = 0; i < n->n; i++)
			val_push(a, &v, any(d, n->list[i], false));
		return v;
	case HCL_OBJECT:
		break;
	}
	v = val_map(a, &type_map_any);
	for (size_t i = 0; i < n->n; i++) {
		struct str key = n->items[i].keys[0].name;

		val_map_sets(a, &v, user_keys ? key : reg_camel(a, key),
			     any(d, n->items[i].val,
				 hcl_key_is(key, "config") ||
					 hcl_key_is(key, "envoy_extensions")));
	}
	return v;
}

struct str reg_camel(struct arena *a, struct str key)
{
	char *out = arena_alloc(a, key.n + 1);
	size_t n = 0;
	bool up = true;

	if (!out)
		return key;
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '_') {
			up = true;
			continue;
		}
		out[n++] = up ? (char)ascii_upper((unsigned char)key.p[i])
			      : key.p[i];
		up = false;
	}
	if (str_eq(str_n(out, n), STR("Id")))
		out[1] = 'D';
	return str_n(out, n);
}

/* drain = "5s", or "connections:30s". */
static void take_drain(struct def *d, const struct key *k,
		       const struct hcl_node *n)
{
	const char *s = text(d, n, k->name);
	struct str v = str_of(s);
	bool by_conn = str_prefix(v, STR("connections:"));
	struct err e;
	int64_t ns;

	if (by_conn)
		v = str_cut(v, strlen("connections:"), v.n);
	if (dur_parse(v, &ns, &e) < 0 || ns < 0) {
		reg_lint_add(d->lint, n->pos,
			     "%s: expected a duration or connections:MAX, got "
			     "\"%s\"",
			     k->name, s);
		return;
	}
	if (by_conn)
		d->s->drain_connections = ns;
	else
		d->s->drain = ns;
}

static void lint_check(void *ctx, struct hcl_pos pos, const char *why)
{
	struct def *d = ctx;

	reg_lint_add(d->lint, pos, "%s", why);
}

void reg_take_check(struct def *d, const struct hcl_node *n)
{
	struct reg_check c = {.pos = n->pos};
	const struct reg_hooks *h = d->conf->hooks;

	if (n->kind == HCL_LIST) {
		for (size_t i = 0; i < n->n; i++)
			reg_take_check(d, n->list[i]);
		return;
	}
	if (n->kind != HCL_OBJECT) {
		reg_lint_add(d->lint, n->pos, "check: expected a block");
		return;
	}
	if (d->ncheck >= COUNT(d->check)) {
		reg_lint_add(d->lint, n->pos, "more than %d checks", REG_CHECKS);
		return;
	}
	if (!h->read(h->ctx, &d->conf->arena, n, &c, lint_check, d))
		d->check[d->ncheck++] = c;
}

/* The keys of Consul's small objects; proxy and sidecars are its own matter. */
static void inner_keys(struct def *d, const char *of, const struct hcl_node *n)
{
	static const struct {
		const char *of, *keys[2];
	} all[] = {
		{"weights", {"passing", "warning"}},
		{"connect", {"native", "sidecar_service"}},
		{"locality", {"region", "zone"}},
		{"tagged_addresses", {"address", "port"}},
	};
	size_t i = 0;

	while (i < COUNT(all) && strcmp(of, all[i].of) != 0)
		i++;
	for (size_t k = 0; i < COUNT(all) && k < n->n; k++) {
		const struct hcl_key *key = &n->items[k].keys[0];

		if (!hcl_key_is(key->name, all[i].keys[0]) &&
		    !hcl_key_is(key->name, all[i].keys[1]))
			reg_lint_add(d->lint, key->pos, "%s: unknown key %.*s",
				     of, (int)key->name.n, key->name.p);
	}
}

static void take_any(struct def *d, const struct key *k,
		     const struct hcl_node *n)
{
	bool named = !strcmp(k->name, "tagged_addresses");

	if (n->kind != HCL_OBJECT) {
		reg_lint_add(d->lint, n->pos, "%s: expected a block", k->name);
		return;
	}
	if (!named)
		inner_keys(d, k->name, n);
	for (size_t i = 0; named && i < n->n; i++)
		if (n->items[i].val->kind == HCL_OBJECT)
			inner_keys(d, k->name, n->items[i].val);
	set(d, k->json, any(d, n, named));
}

static void take(struct def *d, const struct key *k, const struct hcl_node *n)
{
	switch (k->type) {
	case T_STR:
		take_str(d, k, n);
		return;
	case T_PORT:
		take_port(d, k, n);
		return;
	case T_BOOL:
		if (n->kind != HCL_BOOL)
			reg_lint_add(d->lint, n->pos, "%s: expected a bool",
				     k->name);
		else
			set(d, k->json, val_bool(n->b));
		return;
	case T_STRS:
		take_strs(d, k, n);
		return;
	case T_META:
		take_meta(d, k, n);
		return;
	case T_ANY:
		take_any(d, k, n);
		return;
	case T_CHECK:
		reg_take_check(d, n);
		return;
	case T_DUR_OR_CONN:
		take_drain(d, k, n);
		return;
	}
}

/* A service block; the label of `service "name" {` is its name. */
static void take_service(struct def *d, const struct hcl_item *it,
			 const struct hcl_node *n)
{
	d->s = &d->now;
	d->now = (struct reg_service){
		.drain = -1, .pos = n->pos, .file = d->lint->file};
	d->now.body = val_map(&d->conf->arena, &type_map_any);
	d->ncheck = 0;
	if (it->nkeys > 1) {
		d->s->name = it->keys[1].name.p;
		set(d, "Name", val_cstr(d->s->name));
	}
	for (size_t i = 0; i < n->n; i++) {
		const struct hcl_key *key = &n->items[i].keys[0];
		const struct key *k = find_key(key->name);

		if (k)
			take(d, k, n->items[i].val);
		else
			reg_lint_add(d->lint, key->pos,
				     "service: unknown key %.*s",
				     (int)key->name.n, key->name.p);
	}
	if (!d->s->name || !*d->s->name)
		reg_lint_add(d->lint, n->pos, "service: no name");
	reg_conf_add(d, d->s);
}

void reg_conf_add(struct def *d, struct reg_service *s)
{
	struct arena *a = &d->conf->arena;
	struct reg_conf *c = d->conf;

	if (c->n >= REG_SERVICES) {
		reg_lint_add(d->lint, s->pos, "more than %d services",
			     REG_SERVICES);
		return;
	}
	s->checks = arena_array(a, d->ncheck, sizeof(*s->checks));
	if (!c->services)
		c->services = arena_array(a, REG_SERVICES, sizeof(*s));
	if (!s->checks || !c->services)
		return;
	memcpy(s->checks, d->check, d->ncheck * sizeof(*s->checks));
	s->nchecks = d->ncheck;
	c->services[c->n++] = *s;
}

static void take_services(struct def *d, const struct hcl_item *it,
			  const struct hcl_node *n)
{
	if (n->kind == HCL_OBJECT) {
		take_service(d, it, n);
	} else if (n->kind == HCL_LIST) {
		for (size_t i = 0; i < n->n; i++)
			take_services(d, it, n->list[i]);
	} else {
		reg_lint_add(d->lint, n->pos, "%.*s: expected a block",
			     (int)it->keys[0].name.n, it->keys[0].name.p);
	}
}

/* Keeps the checks gathered until the services that they are for are known. */
static void keep_loose(struct def *d)
{
	struct reg_conf *c = d->conf;

	for (size_t i = 0; i < d->ncheck; i++) {
		struct reg_loose *l;

		if (!d->check[i].service_id) {
			reg_lint_add(d->lint, d->check[i].pos,
				     "check: no service_id (a check outside of "
				     "a service block needs one)");
			continue;
		}
		l = arena_alloc(&c->arena, sizeof(*l));
		if (!l)
			return;
		l->check = d->check[i];
		l->file = d->lint->file;
		l->next = c->loose;
		c->loose = l;
	}
}

static void take_top(struct def *d, const struct hcl_node *root)
{
	for (size_t i = 0; i < root->n; i++) {
		const struct hcl_item *it = &root->items[i];
		struct str key = it->keys[0].name;

		if (hcl_key_is(key, "service") || hcl_key_is(key, "services")) {
			take_services(d, it, it->val);
		} else if (hcl_key_is(key, "check") ||
			   hcl_key_is(key, "checks")) {
			d->ncheck = 0;
			reg_take_check(d, it->val);
			keep_loose(d);
		} else {
			reg_lint_add(d->lint, it->keys[0].pos,
				     "unknown key %.*s (expected service, "
				     "services, check or checks)",
				     (int)key.n, key.p);
		}
	}
}

int reg_conf_file(struct reg_conf *c, const char *path, struct reg_lint *lint)
{
	struct def *d = calloc(1, sizeof(*d));
	BUF_AUTO struct buf b = {0};
	size_t before = lint->errors;
	struct hcl_node *root;
	struct val v;
	struct str s;
	struct err e;

	lint->file = arena_strdup(&c->arena, path);
	if (!d || !lint->file) {
		free(d);
		reg_lint_add(lint, (struct hcl_pos){0}, "out of memory");
		return -1;
	}
	d->conf = c;
	d->lint = lint;
	if (file_read(AT_FDCWD, path, &b, REG_FILE_MAX, &e) < 0) {
		reg_lint_add(lint, (struct hcl_pos){0}, "%s", e.text);
	} else {
		/* nodes point into the text: it lives as long as they do */
		s = str_n(arena_dup(&c->arena, b.p, b.len), b.len);
		if (!s.p)
			reg_lint_add(lint, (struct hcl_pos){0}, "out of memory");
		else if ((s.n && str_suffix(str_of(path), STR(".json")) &&
			  json_parse(&c->arena, s, 0, &v, &e) < 0) ||
			 hcl_parse(&c->arena, s, &root, &e) < 0)
			reg_lint_add(lint, (struct hcl_pos){0}, "%s", e.text);
		else {
			reg_expand_tree(&c->arena, root, STR(""), lint_check, d);
			take_top(d, root);
		}
	}
	free(d);
	return lint->errors == before ? 0 : -1;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int wanted(const struct dirent *d)
{
	struct str name = str_of(d->d_name);

	return d->d_name[0] != '.' && (str_suffix(name, STR(".hcl")) ||
				       str_suffix(name, STR(".json")));
}

int reg_conf_dir(struct reg_conf *c, const char *path, struct reg_lint *lint)
{
	struct dirent **list;
	int n = scandir(path, &list, wanted, by_name), r = 0;

	if (n < 0) {
		if (errno == ENOENT)
			return 0;
		lint->file = path;
		reg_lint_add(lint, (struct hcl_pos){0}, "%s", strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char file[PATH_MAX];

		snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name);
		if (reg_conf_file(c, file, lint) < 0)
			r = -1;
		free(list[i]);
	}
	free(list);
	return r;
}
