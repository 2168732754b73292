// SPDX-License-Identifier: MIT
/* folder - the embedded store's calls: reading waits for a change, writing is
 * done at once; both answer on a later turn of the loop. */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"

/* --- the root --- */

static void read_boot_id(struct folder *f)
{
	ssize_t n = file_peek(AT_FDCWD, "/proc/sys/kernel/random/boot_id",
			      f->boot, sizeof(f->boot) - 1, NULL);

	while (n > 0 && f->boot[n - 1] == '\n')
		n--;
	f->boot[n > 0 ? n : 0] = '\0';
	/* Without /proc every registrar of this machine says the same. */
	if (n <= 0)
		memcpy(f->boot, "unknown", sizeof("unknown"));
}

/* The folder may be made, or mounted, after we started; and one that was
 * removed is opened anew. */
static int find_root(struct folder *f, struct err *e)
{
	struct stat st;

	if (f->root >= 0 && fstat(f->root, &st) == 0 && st.st_nlink == 0) {
		close(f->root);
		f->root = -1;
	}
	if (f->root < 0)
		f->root = open(f->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (f->root >= 0)
		return 0;
	return err_set(e, 0, "open dir://%s: %s", f->path, err_go(errno));
}

int store_folder_open(struct store *s, const char *path, struct err *e)
{
	struct folder *f = calloc(1, sizeof(*f));

	if (!f)
		return err_nomem(e);
	s->folder = f;
	s->backend = &store_folder_backend;
	f->s = s;
	f->root = f->inotify = -1;
	f->index = 1;
	f->path = strdup(path);
	if (!f->path)
		return err_nomem(e);
	if (path[0] != '/')
		return err_set(e, 0, "dir://%s: the path must start with /",
			       path);
	read_boot_id(f);
	(void)!find_root(f, NULL);
	return folder_watch_open(f);
}

static void close_store(struct store *s)
{
	struct folder *f = s->folder;

	folder_watch_close(f);
	loop_timer_unset(&f->poll);
	loop_timer_unset(&f->wake);
	if (f->root >= 0)
		close(f->root);
	free(f->path);
	free(f);
}

/* --- scanning for a fetch --- */

static int scan(struct folder *f, struct folder_call *c, struct scan *s)
{
	const struct tmpl_query *q = c->q;

	s->sig = 0xcbf29ce484222325;
	if (folder_supported(s, q) < 0 || find_root(f, s->e) < 0)
		return -1;
	switch ((int)q->kind) {
	case DEP_KV_GET:
	case DEP_KV_BLOCK:
		return folder_scan_key(s, q->name);
	case DEP_KV_LIST:
		return folder_scan_keys(s, q->name);
	default:
		return folder_scan_catalog(s, q);
	}
}

static void hold(struct folder_call *c, int64_t recheck);

/* Scans, and answers if there is something to say; else waits on. */
static void attempt(struct folder_call *c, bool first)
{
	struct folder *f = c->call->s->folder;
	struct arena *a = calloc(1, sizeof(*a));
	struct err e;
	struct scan s = {.f = f, .call = c, .arena = a, .e = &e};
	struct store_reply r = {.status = 200, .known_leader = true,
				.have_index = true, .arena = a};
	bool late = clock_mono_ms() >= c->until;

	c->marked = false;
	folder_forget(f, c);
	if (!a || scan(f, c, &s) < 0) {
		if (!a)
			err_nomem(&e);
		else
			arena_free(a);
		free(a);
		store_fail(c->call, 0, &e);
		return;
	}
	if (!late && (first ? c->ask.index && !folder_changed(c, c->ask.index)
			    : s.sig == c->seen)) {
		c->seen = s.sig;
		arena_free(a);
		free(a);
		hold(c, s.recheck);
		return;
	}
	r.index = f->index;
	r.absent = s.absent;
	r.value = s.value;
	store_answer(c->call, &r);
}

static void on_first(struct loop_timer *t)
{
	attempt(t->ctx, true);
}

static void on_time(struct loop_timer *t)
{
	attempt(t->ctx, false);
}

static void hold(struct folder_call *c, int64_t recheck)
{
	struct folder *f = c->call->s->folder;
	int64_t at = c->until, poll = clock_mono_ms() + FOLDER_POLL_MS;

	if (recheck && recheck < at)
		at = recheck;
	if (f->polling && poll < at)
		at = poll;
	loop_timer_set(f->s->loop, &c->call->timer, at, on_time, c);
}

static void on_wake(struct loop_timer *t)
{
	struct folder *f = t->ctx;
	struct store_call *call, *next;

	/* An answer may end other calls; each round starts anew. */
	do {
		for (call = f->s->calls; call; call = next) {
			next = call->next;
			if (call->folder && call->folder->marked) {
				attempt(call->folder, false);
				break;
			}
		}
	} while (call);
}

void folder_wake(struct folder *f)
{
	loop_timer_set(f->s->loop, &f->wake, clock_mono_ms(), on_wake, f);
}

static int begin_fetch(struct store_call *call, const struct store_req *r,
		       struct err *e)
{
	struct folder_call *c = arena_alloc(&call->arena, sizeof(*c));

	if (!c)
		return err_nomem(e);
	c->q = r->query;
	c->call = call;
	c->ask = r->ask;
	c->until = r->ask.index && r->ask.wait_ms > 0
			   ? clock_mono_ms() + r->ask.wait_ms : CLOCK_NEVER;
	call->folder = c;
	loop_timer_set(call->s->loop, &call->timer, clock_mono_ms(), on_first,
		       c);
	return 0;
}

/* --- everything else is done now and answered later --- */

struct outcome {
	bool failed;
	struct err err;
	struct store_reply reply;
};

static void on_outcome(struct loop_timer *t)
{
	struct store_call *call = t->ctx;
	struct outcome *o = call->outcome;

	call->outcome = NULL;
	if (o->failed)
		o->reply.err = &o->err;
	store_answer(call, &o->reply);
	free(o);
}

static int own_services(struct folder *f, struct outcome *o)
{
	struct arena tmp = {0}, *a = calloc(1, sizeof(*a));
	struct scan s = {.f = f, .arena = &tmp, .e = &o->err};
	struct val regs, list = val_list(&tmp, &type_anys, 8);
	int ret = a ? folder_registrations(&s, f->s->node, &regs) : -1;

	for (size_t i = 0; ret == 0 && i < val_len_list(&regs); i++) {
		const struct val *p = &regs.list->items[i];
		const struct val *sv = store_member(p, "Service");
		const struct val *checks = store_member(p, "Checks");
		struct val one;

		if (!sv || val_kind(sv) != KIND_MAP)
			continue;
		one = val_map_dup(&tmp, sv);
		if (checks)
			store_set(&tmp, &one, "Checks", *checks);
		ret = val_push(&tmp, &list, one);
	}
	if (ret == 0)
		o->reply.value = val_deep_copy(a, &list);
	o->reply.arena = a;
	arena_free(&tmp);
	return ret;
}

static int act(struct folder *f, const struct store_req *r, struct outcome *o)
{
	struct store_reply *p = &o->reply;
	bool there = true;
	int ret = 0;

	p->yes = true;
	switch (r->op) {
	case STORE_PUT:
		return folder_put(f, r->key, r->value, &o->err);
	case STORE_CAS:
		return folder_cas(f, r->key, r->value, r->index, &p->yes,
				  &o->err);
	case STORE_DELETE:
		return folder_delete(f, r->key, r->flag, &o->err);
	case STORE_REGISTER:
		return folder_register(f, r->service, &o->err);
	case STORE_DEREGISTER:
		ret = folder_deregister(f, r->key, &there, &o->err);
		break;
	case STORE_CHECK:
		ret = folder_check(f, r, &there, &o->err);
		break;
	case STORE_MAINT:
		ret = folder_maint(f, r, &there, &o->err);
		break;
	case STORE_SERVICES:
		return own_services(f, o);
	case STORE_FETCH:
		break;
	}
	if (ret == 0 && !there) {
		p->status = 404;
		return err_set(&o->err, 0, "Unknown %s \"%s\"",
			       r->op == STORE_CHECK ? "check" : "service",
			       r->op == STORE_CHECK ? r->check : r->key);
	}
	return ret;
}

static int begin(struct store_call *call, const struct store_req *r,
		 struct err *e)
{
	struct folder *f = call->s->folder;
	struct outcome *o;

	if (r->op == STORE_FETCH)
		return begin_fetch(call, r, e);
	o = calloc(1, sizeof(*o));
	if (!o)
		return err_nomem(e);
	o->reply.status = 200;
	o->reply.known_leader = true;
	(void)!find_root(f, NULL);
	o->failed = act(f, r, o) < 0;
	if (o->failed && o->reply.status == 200)
		o->reply.status = 0;
	call->outcome = o;
	loop_timer_set(call->s->loop, &call->timer, clock_mono_ms(), on_outcome,
		       call);
	return 0;
}

static void end(struct store_call *call)
{
	if (call->folder)
		folder_forget(call->s->folder, call->folder);
	if (call->outcome && call->outcome->reply.arena) {
		arena_free(call->outcome->reply.arena);
		free(call->outcome->reply.arena);
	}
	free(call->outcome);
}

int store_sweep(struct store *s, struct err *e)
{
	if (!s->folder || find_root(s->folder, NULL) < 0)
		return 0;
	return folder_sweep(s->folder, e);
}

const struct store_backend store_folder_backend = {begin, end, close_store};
