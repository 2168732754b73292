// SPDX-License-Identifier: MIT
/* folder_register - writing registrations. One file has one writer, its
 * registrar; tools that change it (maintenance mode) take the store's lock, as
 * every read-change-write here does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/json.h"
#include "os/fd.h"
#include "store/folder.h"

/* services/NODE/ID + suffix */
static int path_of(struct folder *f, struct buf *b, const char *id,
		   const char *suffix, struct err *e)
{
	buf_reset(b);
	buf_adds(b, "services/");
	if (folder_encode(b, str_of(f->s->node), e) < 0)
		return -1;
	buf_addc(b, '/');
	/* A slash in an id is legal in Consul. */
	for (const char *p = id; *p; p++) {
		if (*p == '/')
			buf_adds(b, "%2F");
		else if (*p == '%' || (*p == '.' && p == id))
			buf_addf(b, "%%%02X", (unsigned char)*p);
		else
			buf_addc(b, *p);
	}
	return buf_adds(b, suffix) < 0 ? err_nomem(e) : 0;
}

static int write_json(struct folder *f, const char *path, struct arena *a,
		      const struct val *v, struct err *e)
{
	struct buf BUF_AUTO b = {.max = FOLDER_REG_MAX};

	if (json_print(a, &b, v, JSON_PRETTY | JSON_PLAIN, e) < 0 ||
	    buf_addc(&b, '\n') < 0)
		return err_set(e, 0, "the registration is longer than %d bytes",
			       FOLDER_REG_MAX);
	return folder_write(f, path, str_n(b.p, b.len), e);
}

/* Written in place: nobody is to wake for it. */
static int beat(struct folder *f, const char *id, struct err *e)
{
	struct buf BUF_AUTO path = {0};
	int FD_AUTO fd = -1;
	char text[96];
	int n = snprintf(text, sizeof(text), "%s %020lld\n", f->boot,
			 (long long)clock_boot_ms());

	if (path_of(f, &path, id, ".beat", e) < 0)
		return -1;
	fd = folder_at(f, buf_str(&path), O_WRONLY);
	if (fd < 0)
		return folder_write(f, buf_str(&path), str_n(text, (size_t)n),
				    e);
	if (pwrite(fd, text, (size_t)n, 0) != n)
		return err_set(e, errno, "unable to write %s/%s", f->path,
			       buf_str(&path));
	return 0;
}

int folder_register(struct folder *f, const struct val *service, struct err *e)
{
	struct arena a = {0};
	struct buf BUF_AUTO path = {0};
	struct val payload;
	const char *id;
	int ret = store_payload(&a, f->s->node, f->s->node_address, service,
				&payload, e);

	if (ret == 0) {
		id = store_text(&a, store_member(&payload, "Service"), "ID");
		/* The beat first: nobody sees the service as dead. */
		ret = beat(f, id, e);
		if (ret == 0)
			ret = path_of(f, &path, id, ".json", e);
	}
	if (ret == 0)
		ret = write_json(f, buf_str(&path), &a, &payload, e);
	arena_free(&a);
	return ret;
}

static int drop(struct folder *f, const char *path)
{
	struct buf BUF_AUTO b = {0};
	const char *slash = strrchr(path, '/');
	int FD_AUTO dir = -1;
	int ret;

	buf_add(&b, path, (size_t)(slash - path));
	dir = folder_at(f, buf_str(&b), O_PATH | O_DIRECTORY);
	if (dir < 0)
		return -1;
	ret = unlinkat(dir, slash + 1, 0);
	buf_reset(&b);
	buf_add(&b, slash + 1, strlen(slash + 1) - strlen(".json"));
	buf_adds(&b, ".beat");
	unlinkat(dir, buf_str(&b), 0);
	/* The node's folder goes with its last service. */
	buf_reset(&b);
	buf_add(&b, path, (size_t)(slash - path));
	unlinkat(f->root, buf_str(&b), AT_REMOVEDIR);
	return ret;
}

int folder_deregister(struct folder *f, const char *id, bool *there,
		      struct err *e)
{
	struct buf BUF_AUTO path = {0};

	if (path_of(f, &path, id, ".json", e) < 0)
		return -1;
	*there = drop(f, buf_str(&path)) == 0;
	return 0;
}

/* --- changing one --- */

static struct val *find_check(struct val *payload, const char *id)
{
	const struct val *checks = store_member(payload, "Checks");

	for (size_t i = 0; checks && i < val_len_list(checks); i++) {
		const struct val *c =
			store_member(&checks->list->items[i], "CheckID");

		if (c && val_kind(c) == KIND_STRING && str_is(c->s, id))
			return &checks->list->items[i];
	}
	return NULL;
}

static bool same(const struct val *check, const char *key, struct str text)
{
	const struct val *v = store_member(check, key);

	return v && val_kind(v) == KIND_STRING ? str_eq(v->s, text) : !text.n;
}

typedef int edit_fn(struct arena *a, struct val *payload,
		    const struct store_req *r, bool *there, bool *changed);

static int set_state(struct arena *a, struct val *payload,
		     const struct store_req *r, bool *there, bool *changed)
{
	struct val *c = find_check(payload, r->check);

	*there = c != NULL;
	if (!c)
		return 0;
	*changed = !same(c, "Status", str_of(r->status)) ||
		   !same(c, "Output", r->value);
	if (store_set_text(a, c, "Status", r->status) < 0 ||
	    store_set(a, c, "Output", val_str(r->value)) < 0)
		return -1;
	return 0;
}

static int set_maint(struct arena *a, struct val *payload,
		     const struct store_req *r, bool *there, bool *changed)
{
	char *id = arena_printf(a, "_service_maintenance:%s", r->key);
	const struct val *old = store_member(payload, "Checks");
	struct val list = val_list(a, &type_anys, 4), m;

	*there = *changed = true;
	for (size_t i = 0; old && i < val_len_list(old); i++)
		if (!same(&old->list->items[i], "CheckID", str_of(id)) &&
		    val_push(a, &list, old->list->items[i]) < 0)
			return -1;
	if (r->flag) {
		m = val_map(a, &type_map_any);
		store_set_text(a, &m, "CheckID", id);
		store_set_text(a, &m, "Name", "Service Maintenance Mode");
		store_set_text(a, &m, "Status", "critical");
		store_set_text(a, &m, "Notes", r->reason);
		store_set_text(a, &m, "ServiceID", r->key);
		if (val_push(a, &list, m) < 0)
			return -1;
	}
	return store_set(a, payload, "Checks", list);
}

static int edit(struct folder *f, const struct store_req *r, edit_fn *fn,
		bool *there, struct err *e)
{
	int FD_AUTO lock = folder_lock(f, e);
	struct buf BUF_AUTO path = {0};
	struct arena a = {0};
	struct val payload;
	bool changed = false;
	int ret = lock < 0 ? -1 : path_of(f, &path, r->key, ".json", e);

	*there = false;
	if (ret < 0)
		return -1;
	if (folder_json(f, buf_str(&path), &a, &payload, e) == 0) {
		if (fn(&a, &payload, r, there, &changed) < 0)
			ret = err_nomem(e);
		else if (*there && changed)
			ret = write_json(f, buf_str(&path), &a, &payload, e);
	}
	arena_free(&a);
	return ret;
}

int folder_check(struct folder *f, const struct store_req *r, bool *there,
		 struct err *e)
{
	*there = true;
	if (!r->status) /* a registration is written whole: it went with that */
		return 0;
	if (edit(f, r, set_state, there, e) < 0)
		return -1;
	return *there ? beat(f, r->key, e) : 0;
}

int folder_maint(struct folder *f, const struct store_req *r, bool *there,
		 struct err *e)
{
	if (!r->key)
		return err_set(e, 0,
			       "maintenance of a whole node needs a "
			       "Consul agent");
	return edit(f, r, set_maint, there, e);
}

int folder_sweep(struct folder *f, struct err *e)
{
	struct arena a = {0};
	struct scan s = {.f = f, .arena = &a, .e = e};
	struct val regs;
	int n = 0;

	if (folder_registrations(&s, NULL, &regs) < 0)
		n = -1;
	for (size_t i = 0; n >= 0 && i < val_len_list(&regs); i++) {
		const struct val *p = &regs.list->items[i];

		if (val_truth(store_member(p, ".gone")) &&
		    drop(f, store_text(&a, p, ".path")) == 0)
			n++;
	}
	arena_free(&a);
	return n;
}
