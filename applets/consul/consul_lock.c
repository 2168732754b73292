// SPDX-License-Identifier: MIT
/* consul_lock - runs a program while a lock, or one of the places of a semaphore,
 * is held. The keys, flags and sessions are those of Consul's own clients, so
 * both exclude each other.
 *
 * A lock is the key PREFIX/.lock, acquired by a session. A semaphore is the
 * key PREFIX/.lock with {"Limit": N, "Holders": {SESSION: true}}, changed by
 * compare-and-set, beside a key PREFIX/SESSION for each contender. */
#include "consul_applet.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "data/json.h"
#include "funcs/shape.h"
#include "os.h"

#define LOCK_FLAGS	"3304740253564472344"
#define SEMAPHORE_FLAGS "16210313421097356768"

enum { TTL_S = 15, LOOK_MS = 15000, AGAIN_MS = 5000, KILL_MS = 5000 };

struct lock {
	struct ask k;
	const struct consul_opts *o;
	char *prefix, *key, *mine; /* "p/", "p/.lock", the contender's key */
	char session[64];
	int64_t until;	  /* give up then; CLOCK_NEVER */
	struct val pairs; /* of the last look */
	uint64_t index;
	struct loop_timer renew, kill, retry;
	struct agent_call renewing, looking;
	struct signals signals;
	struct reaper reaper;
	struct child child;
	int wstat, failures;
	bool ended, lost, stop, late;
};

static void verbose(const struct lock *l, const char *text)
{
	if (l->o->verbose) {
		puts(text);
		fflush(stdout);
	}
}

/* --- the session --- */

static int session_make(struct lock *l, const char *words)
{
	struct buf BUF_AUTO body = {0}, name = {0};
	struct val v;
	struct str id;

	if (l->o->name && *l->o->name)
		buf_adds(&name, l->o->name);
	else
		buf_addf(&name, "Consul lock for '%s' at '%.*s'", words,
			 (int)strlen(l->prefix) - 1, l->prefix);
	buf_adds(&body, "{\"Name\":");
	json_print_str(&body, str_n(name.p, name.len), 0);
	buf_addf(&body, ",\"TTL\":\"%ds\",\"Behavior\":\"%s\"}", TTL_S,
		 l->o->n > 1 ? "delete" : "release");
	if (agent_call(&l->k, "PUT", "/v1/session/create", "",
		       str_n(body.p, body.len)) < 0 ||
	    json_parse(&l->k.arena,
		       str_n(buf_str(&l->k.c.body), l->k.c.body.len), 0, &v,
		       &l->k.c.err) < 0)
		return -1;
	id = agent_text(&v, "ID");
	if (!id.n || id.n >= sizeof(l->session))
		return err_set(&l->k.c.err, 0, "the agent gave no session");
	memcpy(l->session, id.p, id.n);
	l->mine = arena_printf(&l->k.arena, "%s%s", l->prefix, l->session);
	return 0;
}

static void renew(struct loop_timer *t)
{
	struct lock *l = t->ctx;

	(void)!agent_start(&l->k, &l->renewing, "PUT", "/v1/session/renew/",
			   l->session, STR(""), TTL_S * 1000);
	loop_timer_set(&l->k.loop, t, clock_mono_ms() + TTL_S * 1000 / 2, renew,
		       l);
}

/* --- keys --- */

/* 1 done, 0 refused, -1: k.c.err, as everywhere here */
static int put(struct lock *l, const char *key, const char *how,
	       const char *what, struct str value)
{
	http_query_add(&l->k.q, how, what);
	http_query_add(&l->k.q, "flags",
		       l->o->n > 1 ? SEMAPHORE_FLAGS : LOCK_FLAGS);
	return agent_yes(&l->k, "PUT", "/v1/kv/", key, value);
}

/* Starts a blocking read of what the lock is made of. */
static int look(struct lock *l, struct agent_call *c)
{
	if (l->index) {
		agent_number(&l->k, "index", l->index);
		http_query_add(&l->k.q, "wait", "15000ms");
	}
	http_query_add(&l->k.q, "consistent", "");
	if (l->o->n > 1)
		http_query_add(&l->k.q, "recurse", "");
	return agent_start(&l->k, c, "GET", "/v1/kv/",
			   l->o->n > 1 ? l->prefix : l->key, (struct str){0},
			   LOOK_MS * 2);
}

/* The answer's pairs, also when there are none (404). */
static int looked(struct lock *l, struct agent_call *c)
{
	struct tmpl_query q = {.kind = DEP_KV_LIST, .name = ""};
	bool absent;

	l->pairs = val_list(&l->k.arena, &shape_key_pair_l, 0);
	if (c->failed && c->status != 404) {
		l->k.c.err = c->err;
		return -1;
	}
	l->index = c->index;
	if (c->failed)
		return 0;
	return consul_decode(&q, str_n(buf_str(&c->body), c->body.len),
			     &l->k.arena, &l->pairs, &absent, &l->k.c.err);
}

static int look_now(struct lock *l)
{
	struct agent_call *c = &l->k.c;

	l->index = 0;
	if (look(l, c) < 0)
		return -1;
	while (!c->done)
		if (loop_turn(&l->k.loop, CLOCK_NEVER, &c->err) < 0)
			return -1;
	return looked(l, c);
}

static const struct val *pair(const struct lock *l, const char *key)
{
	for (size_t i = 0; i < val_len_list(&l->pairs); i++) {
		const struct val *p = &l->pairs.list->items[i];

		if (str_is(val_field(p, "Path")->s, key))
			return p;
	}
	return NULL;
}

static struct str session_of(const struct val *p)
{
	return p ? val_field(p, "Session")->s : STR("");
}

/* The live holders of a semaphore: those whose contender key is held. */
static struct val holders(struct lock *l)
{
	struct val out = val_map(&l->k.arena, &type_map_any), doc, k, v;
	const struct val *p = pair(l, l->key), *all = NULL;

	if (p && json_parse(&l->k.arena, val_field(p, "Value")->s, 0, &doc,
			    NULL) == 0)
		all = agent_member(&doc, "Holders");
	for (size_t i = 0;
	     all && val_kind(all) == KIND_MAP && i < val_map_len(all); i++) {
		char *name;

		val_map_at(&l->k.arena, all, i, &k, &v);
		name = arena_printf(&l->k.arena, "%s%.*s", l->prefix,
				    (int)k.s.n, k.s.p);
		if (name && session_of(pair(l, name)).n)
			val_map_sets(&l->k.arena, &out, k.s, val_bool(true));
	}
	return out;
}

static int put_holders(struct lock *l, const struct val *h)
{
	struct buf BUF_AUTO b = {0};
	const struct val *p = pair(l, l->key);
	char index[NUM_TEXT];

	num_put_u64(index, p ? val_field(p, "ModifyIndex")->u : 0);
	buf_addf(&b, "{\"Limit\":%d,\"Holders\":", l->o->n);
	if (json_print(&l->k.arena, &b, h, 0, &l->k.c.err) < 0)
		return -1;
	buf_addc(&b, '}');
	return put(l, l->key, "cas", index, str_n(b.p, b.len));
}

static bool held(struct lock *l)
{
	struct val h;

	if (l->o->n == 1)
		return str_is(session_of(pair(l, l->key)), l->session);
	h = holders(l);
	return val_map_gets(&h, str_of(l->session)) != NULL;
}

/* --- acquiring --- */

static int limit_of(struct lock *l)
{
	const struct val *p = pair(l, l->key), *m;
	struct val doc;

	if (!p || json_parse(&l->k.arena, val_field(p, "Value")->s, 0, &doc,
			     NULL) < 0)
		return l->o->n;
	m = agent_member(&doc, "Limit");
	return m && val_kind(m) == KIND_FLOAT ? (int)m->f : l->o->n;
}

/* One try with what was seen. 1 held, 0 not yet, -1 */
static int try(struct lock *l)
{
	const struct val *p = pair(l, l->key);
	struct val h;

	if (p &&
	    val_field(p, "Flags")->u != (l->o->n > 1 ? 16210313421097356768u
						     : 3304740253564472344u))
		return err_set(&l->k.c.err, 0,
			       "Existing key does not match lock use");
	if (l->o->n == 1)
		return session_of(p).n && !held(l)
			       ? 0
			       : put(l, l->key, "acquire", l->session, STR(""));
	if (limit_of(l) != l->o->n)
		return err_set(&l->k.c.err, 0,
			       "semaphore limit conflict (lock: %d, "
			       "local: %d)",
			       limit_of(l), l->o->n);
	h = holders(l);
	if (val_map_len(&h) >= (size_t)l->o->n)
		return 0;
	val_map_sets(&l->k.arena, &h, str_of(l->session), val_bool(true));
	return put_holders(l, &h);
}

static void too_late(struct loop_timer *t)
{
	struct lock *l = t->ctx;

	l->late = true;
}

/* Turns the loop until the look has ended, or it is time to give up. */
static int wait_look(struct lock *l)
{
	if (look(l, &l->looking) < 0)
		return -1;
	while (!l->looking.done && !l->stop && !l->late)
		if (loop_turn(&l->k.loop, CLOCK_NEVER, &l->k.c.err) < 0)
			return -1;
	return l->stop || l->late ? 1 : looked(l, &l->looking);
}

/* A refused try although nobody holds it: the lock delay of a lost session. */
static void pause_for(struct lock *l, int64_t ms)
{
	int64_t at = clock_mono_ms() + ms;
	struct err e;

	while (!l->stop && !l->late && clock_mono_ms() < at)
		if (loop_turn(&l->k.loop, at, &e) < 0)
			return;
}

/* 0 held, 1 gave up, -1 */
static int acquire(struct lock *l)
{
	int ret;

	if (l->o->n > 1 && put(l, l->mine, "acquire", l->session, STR("")) < 0)
		return -1;
	l->index = 0;
	for (;;) {
		if ((ret = wait_look(l)))
			return ret;
		ret = try(l);
		if (ret)
			return ret < 0 ? -1 : look_now(l);
		if (l->o->n == 1 && !session_of(pair(l, l->key)).n) {
			pause_for(l, AGAIN_MS);
			l->index = 0;
		} else if (l->o->n > 1) {
			struct val h = holders(l);

			if (val_map_len(&h) < (size_t)l->o->n)
				l->index = 0; /* lost a race for the write */
		}
	}
}

/* --- while it is held --- */

static void on_kill(struct loop_timer *t)
{
	struct lock *l = t->ctx;

	if (!l->ended)
		kill(l->child.pid, SIGKILL);
}

static void end_child(struct lock *l, const char *why)
{
	if (l->ended || loop_timer_is_set(&l->kill))
		return;
	verbose(l, why);
	kill(l->child.pid, SIGTERM);
	loop_timer_set(&l->k.loop, &l->kill, clock_mono_ms() + KILL_MS, on_kill,
		       l);
}

static void on_end(struct child *c, int wstat)
{
	struct lock *l = c->ctx;

	l->ended = true;
	l->wstat = wstat;
}

static void on_signal(void *ctx, int sig)
{
	struct lock *l = ctx;

	if (sig != SIGCHLD)
		l->stop = true;
	else
		while (reaper_run(&l->reaper, REAP_TURN))
			;
}

static void on_retry(struct loop_timer *t)
{
	struct lock *l = t->ctx;

	if (look(l, &l->looking) < 0)
		l->lost = true;
}

/* A look has ended: still ours? A 500 is borne -monitor-retry times. */
static void watched(struct lock *l)
{
	l->looking.done = false;
	if (looked(l, &l->looking) < 0) {
		l->index = 0;
		if (++l->failures > l->o->monitor_retry)
			l->lost = true;
		else
			loop_timer_set(&l->k.loop, &l->retry,
				       clock_mono_ms() + 1000, on_retry, l);
		return;
	}
	l->failures = 0;
	if (!held(l) || look(l, &l->looking) < 0)
		l->lost = true;
}

static int run(struct lock *l, char **argv)
{
	char ended[SIGNAL_GO + 16];
	struct err e;
	pid_t pid;

	verbose(l, "Starting handler");
	if (agent_spawn(l->o, argv, "CONSUL_LOCK_HELD=true",
			l->o->pass_stdin ? 0 : SPAWN_NULL, &pid, &e) < 0) {
		agent_fail("Error starting handler: %s", e.text);
		return 1;
	}
	reaper_add(&l->reaper, &l->child, pid, on_end, l);
	if (look(l, &l->looking) < 0)
		l->lost = true;
	while (!l->ended) {
		if (l->looking.done)
			watched(l);
		if (l->stop)
			end_child(l, "Shutdown triggered, killing child");
		else if (l->lost)
			end_child(l, "Lock lost, killing child");
		if (loop_turn(&l->k.loop, CLOCK_NEVER, &e) < 0)
			return 1;
	}
	loop_timer_unset(&l->kill);
	if (!l->stop && !l->lost)
		verbose(l, "Child terminated, releasing lock");
	if (l->wstat)
		agent_fail("Error running handler: %s",
			   agent_ended(l->wstat, ended));
	return l->wstat != 0;
}

/* --- releasing --- */

static int release(struct lock *l)
{
	int ret = 0;

	if (l->o->n == 1)
		return put(l, l->key, "release", l->session, STR(""));
	while (ret == 0) {
		struct val h, me = val_cstr(l->session);

		if (look_now(l) < 0)
			return -1;
		h = holders(l);
		if (!val_map_del(&h, &me))
			return 1;
		ret = put_holders(l, &h);
	}
	return ret;
}

static int drop(struct lock *l, const char *key, uint64_t index)
{
	if (index)
		agent_number(&l->k, "cas", index);
	return agent_call(&l->k, "DELETE", "/v1/kv/", key, (struct str){0});
}

/* Nobody holds it: the key goes. 0 gone, 1 in use, -1 */
static int clean(struct lock *l)
{
	const struct val *p;
	struct val h;

	if (look_now(l) < 0)
		return -1;
	p = pair(l, l->key);
	if (!p)
		return 0;
	h = holders(l);
	if (l->o->n > 1 ? val_map_len(&h) > 0 : session_of(p).n > 0)
		return 1;
	return drop(l, l->key, val_field(p, "ModifyIndex")->u);
}

static void session_end(struct lock *l)
{
	loop_timer_unset(&l->renew);
	loop_timer_unset(&l->retry);
	agent_call_free(&l->renewing);
	agent_call_free(&l->looking);
	if (!*l->session)
		return;
	if (l->o->n > 1)
		(void)!drop(l, l->mine, 0);
	(void)!agent_call(&l->k, "PUT", "/v1/session/destroy/", l->session,
			  STR(""));
}

static int locked(struct lock *l, char **argv)
{
	int failed = run(l, argv), ret = 0;

	agent_call_free(&l->looking);
	if (release(l) < 0)
		ret = agent_fail("Lock release failed: %s", l->k.c.err.text);
	session_end(l);
	if (ret)
		return ret;
	switch (clean(l)) {
	case 0:
		verbose(l, "Cleanup succeeded");
		break;
	case 1:
		verbose(l, "Cleanup aborted, lock in use");
		break;
	default:
		return agent_fail("Lock cleanup failed: %s", l->k.c.err.text);
	}
	return failed && l->o->child_exit_code ? 2 : 0;
}

static int set_up(struct lock *l, const char *prefix, char **argv)
{
	static const int sigs[] = {SIGTERM, SIGINT, SIGCHLD, 0};
	struct buf BUF_AUTO words = {0};

	l->prefix = arena_printf(&l->k.arena, "%s/", prefix);
	l->key = arena_printf(&l->k.arena, "%s.lock", l->prefix);
	for (int i = 0; argv[i]; i++)
		buf_addf(&words, "%s%s", i ? " " : "", argv[i]);
	if (signals_open(&l->signals, &l->k.loop, sigs, on_signal, l,
			 &l->k.c.err) < 0 ||
	    session_make(l, buf_str(&words)) < 0)
		return -1;
	loop_timer_set(&l->k.loop, &l->renew, clock_mono_ms() + TTL_S * 500,
		       renew, l);
	return 0;
}

int consul_lock(struct consul_opts *o, int argc, char **argv)
{
	static struct lock l;
	const char *prefix;
	int code;

	if (argc < 2)
		return agent_fail(
			"Key prefix and child command must be specified");
	if (o->n <= 0)
		return agent_fail("Lock holder limit must be positive");
	if (o->timeout < 0 || o->try < 0)
		return agent_fail("Timeout must be positive");
	if (o->monitor_retry < 0)
		return agent_fail("Number for 'monitor-retry' must be >= 0");
	o->stale = false; /* its reads are consistent */
	prefix = *argv[0] == '/' ? argv[0] + 1 : argv[0];
	l.o = o;
	if (!o->timeout)
		o->timeout = o->try;
	if ((code = agent_open(&l.k, o, true)) || (code = agent_alive(&l.k)))
		return code;
	if (set_up(&l, prefix, argv + 1) < 0)
		return agent_fail("Lock acquisition failed: failed to create "
				  "session: %s",
				  l.k.c.err.text);
	if (o->verbose && o->n > 1)
		printf("Setting up semaphore (limit %d) at prefix: %s\n", o->n,
		       prefix);
	else if (o->verbose)
		printf("Setting up lock at path: %s\n", l.key);
	verbose(&l, "Attempting lock acquisition");
	if (o->timeout > 0)
		loop_timer_set(&l.k.loop, &l.kill,
			       clock_mono_ms() + dur_ms(o->timeout), too_late,
			       &l);
	code = acquire(&l);
	loop_timer_unset(&l.kill);
	if (code == 0) {
		code = locked(&l, argv + 1);
	} else {
		code = code > 0
			       ? agent_fail(
					 "Shutdown triggered or timeout during "
					 "lock acquisition")
			       : agent_fail("Lock acquisition failed: %s",
					    l.k.c.err.text);
		session_end(&l);
	}
	return code;
}
