// SPDX-License-Identifier: MIT
/* consul_watch - waits for changes of one view of Consul by blocking queries and
 * hands each state, as JSON, to a program; without one it prints the first. */
#include "consul_applet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/json.h"
#include "os.h"

enum { WAIT_MS = 10 * 60 * 1000, AGAIN_S = 5 /* to 180 */ };

struct view {
	const char *type, *path, *name; /* name: behind the path */
	const struct json_shape *shape;
	bool first;	     /* the list's first element is the view */
	struct http_query q; /* of each request */
};

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* What only other types take is refused; 0, or the exit code. */
static int stray(const struct consul_opts *o)
{
	const struct {
		const char *flag, *given, *types;
	} all[] = {
		{"key", o->key, "key"},
		{"prefix", o->prefix, "keyprefix"},
		{"service", o->service, "service checks"},
		{"tag", o->tag.n ? o->tag.items[0] : NULL, "service"},
		{"passingonly", o->passing_only, "service"},
		{"state", o->state, "checks"},
		{"name", o->name, "event"},
	};
	struct buf BUF_AUTO b = {0};
	struct str rest, word;

	for (size_t i = 0; i < COUNT(all); i++) {
		bool known = !all[i].given || !*all[i].given;

		for (rest = str_of(all[i].types); str_split(&rest, ' ', &word);)
			known |= str_is(word, o->type);
		if (!known)
			buf_addf(&b, "%s%s", b.len ? " " : "", all[i].flag);
	}
	return b.len ? agent_fail("Invalid parameters: [%s]", buf_str(&b)) : 0;
}

static bool known_state(const char *s)
{
	return !strcmp(s, "any") || !strcmp(s, "passing") ||
	       !strcmp(s, "warning") || !strcmp(s, "critical");
}

/* The request of a type; 0, or the exit code. */
static int view_of(const struct consul_opts *o, struct view *v)
{
	const char *t = o->type;

	*v = (struct view){.type = t, .name = ""};
	if (!strcmp(t, "key")) {
		if (!o->key || !*o->key)
			return agent_fail("Must specify a single key to watch");
		v->path = "/v1/kv/", v->name = o->key, v->shape = agent_kv;
		v->first = true;
	} else if (!strcmp(t, "keyprefix")) {
		if (!o->prefix || !*o->prefix)
			return agent_fail(
				"Must specify a single prefix to watch");
		v->path = "/v1/kv/", v->name = o->prefix, v->shape = agent_kv;
		http_query_add(&v->q, "recurse", "");
	} else if (!strcmp(t, "services")) {
		v->path = "/v1/catalog/services";
	} else if (!strcmp(t, "nodes")) {
		v->path = "/v1/catalog/nodes", v->shape = agent_node;
	} else if (!strcmp(t, "service")) {
		if (!o->service || !*o->service)
			return agent_fail(
				"Must specify a single service to watch");
		v->path = "/v1/health/service/", v->name = o->service;
		v->shape = agent_entry;
		for (size_t i = 0; i < o->tag.n && i < 8; i++)
			http_query_add(&v->q, "tag", o->tag.items[i]);
		if (o->passing_only && opt_bool(o->passing_only) == 1)
			http_query_add(&v->q, "passing", "1");
		else if (o->passing_only && *o->passing_only &&
			 opt_bool(o->passing_only) < 0)
			return agent_fail("Failed to parse passingonly flag: "
					  "strconv.ParseBool: parsing \"%s\": "
					  "invalid syntax",
					  o->passing_only);
	} else if (!strcmp(t, "checks")) {
		bool of_service = o->service && *o->service;

		if (of_service && o->state && *o->state)
			return agent_fail("Cannot specify service and state");
		if (o->state && *o->state && !known_state(o->state))
			return agent_fail("Unsupported state: %s", o->state);
		v->path =
			of_service ? "/v1/health/checks/" : "/v1/health/state/";
		v->name = of_service		  ? o->service
			  : o->state && *o->state ? o->state
						  : "any";
		v->shape = agent_check;
	} else if (!strcmp(t, "event")) {
		v->path = "/v1/event/list", v->shape = agent_event;
		http_query_opt(&v->q, "name", or_empty(o->name));
	} else if (!strncmp(t, "connect_", 8) || !strcmp(t, "agent_service")) {
		return agent_fail("Type %s is not supported in the CLI tool", t);
	} else {
		return agent_fail("Unsupported watch type: %s", t);
	}
	return stray(o);
}

/* One blocking read. 404 is a state, too: null. */
static int look(struct ask *k, const struct view *v, uint64_t index,
		struct val *out)
{
	struct agent_call *c = &k->c;

	k->q = v->q;
	if (index) {
		agent_number(k, "index", index);
		http_query_add(&k->q, "wait", "600000ms");
	}
	*out = val_none();
	if (agent_start(k, c, "GET", v->path, v->name, (struct str){0},
			WAIT_MS + WAIT_MS / 16 + 60000) < 0)
		return -1;
	while (!c->done)
		if (loop_turn(&k->loop, CLOCK_NEVER, &c->err) < 0)
			return -1;
	if (c->failed)
		return c->status == 404 ? 0 : -1;
	if (json_parse(&k->arena, str_n(buf_str(&c->body), c->body.len),
		       JSON_NUMBER, out, &c->err) < 0)
		return -1;
	if (v->first && val_kind(out) == KIND_SLICE)
		*out = val_len_list(out) ? val_at(out, 0) : val_none();
	return 0;
}

/* The program gets the state on its standard input, by way of a file: a pipe
 * could fill up. */
static int hand_over(struct ask *k, char **argv, struct str json, uint64_t index)
{
	char env[sizeof("CONSUL_INDEX=") + NUM_TEXT] = "CONSUL_INDEX=";
	int FD_AUTO fd = memfd_create("watch", MFD_CLOEXEC);
	pid_t pid;
	char ended[SIGNAL_GO + 16];
	int wstat = 0;
	struct err e;

	num_put_u64(env + strlen(env), index);
	if (fd < 0 || fd_write(fd, json.p, json.n, &e) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return agent_fail("Error preparing the input of the handler");
	if (agent_spawn(k->o, argv, env, fd, &pid, &e) < 0)
		return agent_fail("Error starting handler: %s", e.text);
	if (spawn_wait(pid, &wstat, &e) < 0)
		return agent_fail("Error executing handler: %s", e.text);
	return wstat ? agent_fail("Error executing handler: %s",
				  agent_ended(wstat, ended))
		     : 0;
}

static int watch(struct ask *k, const struct view *v, char **argv)
{
	const struct agent_call *c = &k->c;
	uint64_t index = 0;
	int errors = 0;

	for (;;) {
		struct buf BUF_AUTO b = {0};
		struct val state;

		arena_reset(&k->arena);
		if (look(k, v, index, &state) < 0) {
			int s;

			errors += errors < 6;
			s = AGAIN_S * errors * errors;
			agent_fail("Watch (type: %s) errored: %s, retry in %ds",
				   v->type, c->err.text, s);
			sleep((unsigned)s);
			continue;
		}
		errors = 0;
		if (c->index && c->index == index)
			continue;
		/* an index that went back means a new history */
		index = c->index < index ? 0 : c->index;
		agent_print(&b, &k->arena, &state, v->shape, *argv ? 0 : 4, 0);
		buf_addc(&b, '\n');
		if (*argv) {
			if (hand_over(k, argv, str_n(buf_str(&b), b.len),
				      c->index))
				return 1;
			continue;
		}
		fputs(buf_str(&b), stdout);
		return 0;
	}
}

int consul_watch(struct consul_opts *o, int argc, char **argv)
{
	struct view v;
	struct ask k;
	int code;

	(void)argc;
	if (!o->type || !*o->type)
		return agent_fail("Watch type must be specified");
	if ((code = view_of(o, &v)))
		return code;
	if (!(code = agent_open(&k, o, true)) && !(code = agent_alive(&k)))
		code = watch(&k, &v, argv);
	return code;
}
