// SPDX-License-Identifier: MIT
/* folder_catalog - registrations as Consul would answer for them: nodes,
 * services and their health of this moment.
 *
 * Liveness: beside NODE/ID.json lies ID.beat, "BOOT_ID MILLISECONDS\n" of
 * CLOCK_BOOTTIME. A check with a TTL is critical when the beat is older than
 * that TTL, of another boot, or missing. No wall clock is compared. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/json.h"
#include "os/dir.h"
#include "os/fd.h"
#include "store/folder.h"

int folder_json(struct folder *f, const char *path, struct arena *a,
		struct val *out, struct err *e)
{
	int FD_AUTO fd = folder_at(f, path, O_RDONLY | O_NONBLOCK);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "open %s/%s", f->path, path);
	if (st.st_size > FOLDER_REG_MAX)
		return err_set(e, 0, "%s/%s is longer than %d bytes", f->path,
			       path, FOLDER_REG_MAX);
	text = arena_alloc(a, (size_t)st.st_size + 1);
	n = text ? fd_read(fd, text, (size_t)st.st_size, e) : err_nomem(e);
	if (n < 0)
		return -1;
	if (json_parse(a, str_n(text, (size_t)n), JSON_BORROW, out, e) < 0)
		return err_wrap(e, "%s/%s", f->path, path);
	if (val_kind(out) != KIND_MAP)
		return err_set(e, 0, "%s/%s: not an object", f->path, path);
	return 0;
}

/* --- liveness --- */

/* Milliseconds since the last beat; -1 = none that counts. */
static int64_t beat_age(struct folder *f, const char *json_path)
{
	struct buf BUF_AUTO path = {0};
	int FD_AUTO fd = -1;
	char text[128];
	struct str s, boot;
	uint64_t at;
	ssize_t n;

	buf_add(&path, json_path, strlen(json_path) - strlen(".json"));
	buf_adds(&path, ".beat");
	fd = folder_at(f, buf_str(&path), O_RDONLY | O_NONBLOCK);
	n = fd < 0 ? -1 : fd_read(fd, text, sizeof(text), NULL);
	if (n <= 0)
		return -1;
	s = str_trim(str_n(text, (size_t)n), "\n");
	if (!str_split(&s, ' ', &boot) || !str_eq(boot, str_of(f->boot)) ||
	    !num_u64(s, INT64_MAX, &at))
		return -1;
	return clock_boot_ms() - (int64_t)at;
}

static int64_t dur_of(struct arena *a, const struct val *check,
		      const char *key)
{
	const struct val *d = store_member(check, "Definition");
	int64_t ns = 0;

	if (!d || dur_parse(str_of(store_text(a, d, key)), &ns, NULL) < 0)
		return 0;
	return dur_ms(ns);
}

/* Scans again when the liveness may have ended, or (when it has ended) often
 * enough to see it come back. */
static void recheck(struct scan *s, int64_t ms)
{
	int64_t at = clock_mono_ms() + (ms > 50 ? ms : 50);

	if (!s->recheck || at < s->recheck)
		s->recheck = at;
}

/* Turns the TTL checks of a dead registrar critical. Returns whether it is to
 * be removed. */
static bool judge(struct scan *s, const char *path, struct val *payload)
{
	const struct val *checks = store_member(payload, "Checks");
	int64_t age = -2, ttl, remove;
	bool gone = false;

	for (size_t i = 0; checks && i < val_len_list(checks); i++) {
		struct val *c = &checks->list->items[i];

		ttl = dur_of(s->arena, c, "TTL");
		if (ttl <= 0)
			continue;
		if (age == -2)
			age = beat_age(s->f, path);
		if (age >= 0 && age <= ttl) {
			recheck(s, ttl - age + 1);
			continue;
		}
		recheck(s, ttl / 3);
		store_set_text(s->arena, c, "Status", "critical");
		store_set_text(s->arena, c, "Output", "TTL expired");
		remove = dur_of(s->arena, c, "DeregisterCriticalServiceAfter");
		if (remove > 0 && (age < 0 || age > ttl + remove))
			gone = true;
	}
	return gone;
}

/* --- listing --- */

static bool registration(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && !strcmp(name + n - 5, ".json");
}

struct each {
	struct scan *s;
	struct val *out;
	bool services; /* else nodes/ */
};

/* Members that differ between two equal registrations would change nothing;
 * so the signature is of what templates can see. */
static void sign(struct scan *s, const struct val *payload)
{
	struct buf BUF_AUTO b = {0};

	if (json_print(s->arena, &b, payload, JSON_PLAIN, NULL) == 0)
		scan_sig(s, b.p, b.len);
}

static int take(struct each *x, const char *path)
{
	struct scan *s = x->s;
	struct val v, copy;
	struct err low;

	if (folder_json(s->f, path, s->arena, &v, &low) < 0) {
		if (low.num != ENOENT)
			log_warn("store", "%s", low.text);
		return 0;
	}
	copy = v;
	if (x->services) {
		bool gone = judge(s, path, &copy);

		store_set(s->arena, &copy, ".path",
			  val_cstr(arena_strdup(s->arena, path)));
		store_set(s->arena, &copy, ".gone", val_bool(gone));
	}
	sign(s, &copy);
	if (val_len_list(x->out) >= FOLDER_REGS)
		return err_set(s->e, 0, "more than %d registrations",
			       FOLDER_REGS);
	return val_push(s->arena, x->out, copy) < 0 ? err_nomem(s->e) : 0;
}

static int each_file(struct each *x, const char *path)
{
	struct dir d;
	const char *name;
	int fd, ret = 0;

	folder_look(x->s->f, x->s->call, path, NULL);
	fd = folder_at(x->s->f, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return 0;
	ret = dir_open(&d, fd, NULL, x->s->e);
	close(fd);
	while (ret == 0 && (name = dir_next(&d))) {
		struct buf BUF_AUTO full = {0};

		buf_addf(&full, "%s/%s", path, name);
		if (registration(name))
			ret = take(x, buf_str(&full));
	}
	if (ret == 0)
		dir_close(&d);
	return ret;
}

static int each_node(struct each *x, const char *only)
{
	struct dir d;
	const char *name;
	int fd, ret;

	folder_look(x->s->f, x->s->call, "", "services");
	fd = folder_at(x->s->f, "services", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return 0;
	folder_look(x->s->f, x->s->call, "services", only);
	ret = dir_open(&d, fd, NULL, x->s->e);
	close(fd);
	if (ret < 0)
		return -1;
	while (ret == 0 && (name = dir_next(&d))) {
		struct buf BUF_AUTO full = {0};

		buf_addf(&full, "services/%s", name);
		if (name[0] != '.' && (!only || !strcmp(only, name)))
			ret = each_file(x, buf_str(&full));
	}
	dir_close(&d);
	return ret;
}

int folder_registrations(struct scan *s, const char *node, struct val *out)
{
	struct each x = {.s = s, .out = out, .services = true};
	struct buf BUF_AUTO name = {0};

	*out = val_list(s->arena, &type_anys, 16);
	if (node && folder_encode(&name, str_of(node), s->e) < 0)
		return -1;
	return each_node(&x, node ? buf_str(&name) : NULL);
}

/* --- answers in Consul's JSON --- */

static struct val node_of(struct arena *a, const struct val *payload)
{
	static const char *const keys[][2] = {
		{"Node", "Node"}, {"Address", "Address"},
		{"NodeMeta", "Meta"}, {"Meta", "Meta"},
		{"TaggedAddresses", "TaggedAddresses"}, {"ID", "ID"},
	};
	struct val m = val_map(a, &type_map_any);

	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct val *v = store_member(payload, keys[i][0]);

		if (v && v->type)
			store_set(a, &m, keys[i][1], *v);
	}
	store_set_text(a, &m, "Datacenter", "dc1");
	return m;
}

static bool has_tag(const struct val *service, const char *tag)
{
	const struct val *tags = store_member(service, "Tags");

	if (!*tag)
		return true;
	for (size_t i = 0; tags && i < val_len_list(tags); i++)
		if (val_kind(&tags->list->items[i]) == KIND_STRING &&
		    str_ieq(tags->list->items[i].s, str_of(tag)))
			return true;
	return false;
}

static bool is_named(const struct val *service, const char *name)
{
	const struct val *v = store_member(service, "Service");

	return v && val_kind(v) == KIND_STRING &&
	       str_ieq(v->s, str_of(name));
}

static int push(struct scan *s, struct val *list, struct val v)
{
	return val_push(s->arena, list, v) < 0 ? err_nomem(s->e) : 0;
}

static int health(struct scan *s, const struct tmpl_query *q,
		  const struct val *regs, struct val *out)
{
	*out = val_list(s->arena, &type_anys, 8);
	for (size_t i = 0; i < val_len_list(regs); i++) {
		const struct val *p = &regs->list->items[i];
		const struct val *sv = store_member(p, "Service");
		const struct val *checks = store_member(p, "Checks");
		struct val m = val_map(s->arena, &type_map_any);

		if (!sv || !is_named(sv, q->name) || !has_tag(sv, q->tag))
			continue;
		store_set(s->arena, &m, "Node", node_of(s->arena, p));
		store_set(s->arena, &m, "Service", *sv);
		if (checks)
			store_set(s->arena, &m, "Checks", *checks);
		if (push(s, out, m) < 0)
			return -1;
	}
	return 0;
}

static int add_tags(struct scan *s, struct val *to, const struct val *tags)
{
	for (size_t i = 0; tags && i < val_len_list(tags); i++) {
		bool has = false;

		for (size_t k = 0; k < val_len_list(to); k++)
			if (val_deep_equal(&to->list->items[k],
					   &tags->list->items[i]))
				has = true;
		if (!has && push(s, to, tags->list->items[i]) < 0)
			return -1;
	}
	return 0;
}

static int services(struct scan *s, const struct val *regs, struct val *out)
{
	*out = val_map(s->arena, &type_map_any);
	for (size_t i = 0; i < val_len_list(regs); i++) {
		const struct val *sv =
			store_member(&regs->list->items[i], "Service");
		const struct val *name = sv ? store_member(sv, "Service")
					    : NULL, *old;
		struct val tags;

		if (!name || val_kind(name) != KIND_STRING)
			continue;
		old = val_map_gets(out, name->s);
		tags = old ? *old : val_list(s->arena, &type_anys, 4);
		if (add_tags(s, &tags, store_member(sv, "Tags")) < 0 ||
		    val_map_sets(s->arena, out, name->s, tags) < 0)
			return err_nomem(s->e);
	}
	return 0;
}

/* Nodes by name: those of nodes/, and those that have registrations. */
static int nodes(struct scan *s, const struct val *regs, struct val *map)
{
	struct val files = val_list(s->arena, &type_anys, 8);
	struct each x = {.s = s, .out = &files};
	const struct val *both[] = {regs, &files};

	*map = val_map(s->arena, &type_map_any);
	folder_look(s->f, s->call, "", "nodes");
	if (each_file(&x, "nodes") < 0)
		return -1;
	for (size_t k = 0; k < COUNT(both); k++)
		for (size_t i = 0; i < val_len_list(both[k]); i++) {
			struct val n = node_of(s->arena,
					       &both[k]->list->items[i]);
			const struct val *name = store_member(&n, "Node");

			if (name && val_kind(name) == KIND_STRING)
				val_map_sets(s->arena, map, name->s, n);
		}
	return 0;
}

static int node_list(struct scan *s, const struct val *map, struct val *out)
{
	struct val k, v;

	*out = val_list(s->arena, &type_anys, 8);
	for (size_t i = 0; i < val_map_len(map); i++) {
		val_map_at(s->arena, map, i, &k, &v);
		if (push(s, out, v) < 0)
			return -1;
	}
	return 0;
}

static int one_node(struct scan *s, const char *name, const struct val *regs,
		    const struct val *map, struct val *out)
{
	struct val list = val_map(s->arena, &type_map_any);
	const struct val *n = val_map_gets(map, str_of(name)), *sv;

	*out = val_map(s->arena, &type_map_any);
	if (!n)
		return 0;
	for (size_t i = 0; i < val_len_list(regs); i++) {
		const struct val *p = &regs->list->items[i];

		sv = store_member(p, "Service");
		if (sv && !strcmp(store_text(s->arena, p, "Node"), name))
			store_set(s->arena, &list,
				  store_text(s->arena, sv, "ID"), *sv);
	}
	store_set(s->arena, out, "Node", *n);
	store_set(s->arena, out, "Services", list);
	return 0;
}

/* /v1/catalog/service/NAME: flat entries. */
static int flat(struct scan *s, const struct tmpl_query *q,
		const struct val *regs, struct val *out)
{
	static const char *const keys[][2] = {
		{"ID", "ServiceID"}, {"Service", "ServiceName"},
		{"Address", "ServiceAddress"}, {"Tags", "ServiceTags"},
		{"Meta", "ServiceMeta"}, {"Port", "ServicePort"},
	};

	*out = val_list(s->arena, &type_anys, 8);
	for (size_t i = 0; i < val_len_list(regs); i++) {
		const struct val *p = &regs->list->items[i], *v;
		const struct val *sv = store_member(p, "Service");
		struct val m = node_of(s->arena, p);

		if (!sv || !is_named(sv, q->name) || !has_tag(sv, q->tag))
			continue;
		v = store_member(&m, "Meta");
		if (v)
			store_set(s->arena, &m, "NodeMeta", *v);
		for (size_t k = 0; k < COUNT(keys); k++)
			if ((v = store_member(sv, keys[k][0])) && v->type)
				store_set(s->arena, &m, keys[k][1], *v);
		if (push(s, out, m) < 0)
			return -1;
	}
	return 0;
}

/* --- queries --- */

static int refuse(struct scan *s, const char *what)
{
	return err_set(s->e, 0, "%s needs a Consul server: the store dir://%s "
		       "is one machine's folder", what, s->f->path);
}

int folder_supported(struct scan *s, const struct tmpl_query *q)
{
	if (*q->near)
		return refuse(s, "~near");
	if (*q->peer || *q->sameness)
		return refuse(s, "a cluster peer");
	if (*q->partition || *q->ns)
		return refuse(s, "a namespace or partition");
	if (*q->dc && strcmp(q->dc, "dc1"))
		return err_set(s->e, 0, "No path to datacenter: the store "
			       "dir://%s is dc1 alone", s->f->path);
	return 0;
}

static int build(struct scan *s, const struct tmpl_query *q, struct val *json)
{
	struct val regs, map;
	const char *name = *q->name ? q->name : s->f->s->node;

	if (q->kind == DEP_DATACENTERS) {
		*json = val_list(s->arena, &type_anys, 1);
		return push(s, json, val_cstr("dc1"));
	}
	if (folder_registrations(s, NULL, &regs) < 0)
		return -1;
	switch ((int)q->kind) {
	case DEP_SERVICE:
		return health(s, q, &regs, json);
	case DEP_SERVICES:
		return services(s, &regs, json);
	case DEP_CATALOG_SERVICE:
		return flat(s, q, &regs, json);
	case DEP_NODES:
		return nodes(s, &regs, &map) < 0 ? -1
						 : node_list(s, &map, json);
	case DEP_NODE:
		return nodes(s, &regs, &map) < 0
			       ? -1 : one_node(s, name, &regs, &map, json);
	default:
		return refuse(s, q->id);
	}
}

int folder_scan_catalog(struct scan *s, const struct tmpl_query *q)
{
	struct arena *keep = s->arena, tmp = {0};
	struct val json, made;
	int ret;

	s->arena = &tmp;
	ret = build(s, q, &json) < 0
		      ? -1 : consul_shape(q, &json, &tmp, &made, s->e);
	s->arena = keep;
	if (ret == 0)
		s->value = val_deep_copy(keep, &made);
	arena_free(&tmp);
	return ret;
}
