// SPDX-License-Identifier: MIT
/* consul_ask - one question to the store and its answer, for every command. */
#include "consul_applet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fmt.h"
#include "data/json.h"
#include "os.h"

int agent_fail(const char *fmt, ...)
{
	char whole[FMT_MAX + 1];
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt_whole(whole, fmt), ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

/* Flags win over the variables that the client reads. */
static void to_env(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
}

int agent_open(struct ask *k, const struct consul_opts *o, bool consul_only)
{
	struct consul_conf conf = {.address = store_address(o->addr),
				   .token = o->token,
				   .token_file = o->token_file};
	struct err e;

	*k = (struct ask){.o = o};
	arena_init(&k->arena, 256 << 20);
	signal_no_pipe();
	to_env("CONSUL_CACERT", o->ca_file);
	to_env("CONSUL_CAPATH", o->ca_path);
	to_env("CONSUL_CLIENT_CERT", o->cert);
	to_env("CONSUL_CLIENT_KEY", o->key_file);
	to_env("CONSUL_TLS_SERVER_NAME", o->server_name);
	to_env("CONSUL_NAMESPACE", o->ns);
	if (!o->cert != !o->key_file)
		return agent_fail(
			"Error connecting to Consul agent: both client "
			"cert and client key must be provided");
	if (o->token && !o->token_file)
		unsetenv("CONSUL_HTTP_TOKEN_FILE");
	if (loop_init(&k->loop, &e) < 0 ||
	    store_open(&k->store, &k->loop, NULL, &conf, &e) < 0)
		return agent_fail("Error connecting to Consul agent: %s",
				  e.text);
	k->consul = store_consul(k->store);
	if (!k->consul && consul_only)
		return agent_fail("A folder store cannot do this: it needs a "
				  "Consul agent");
	return 0;
}

void agent_number(struct ask *k, const char *name, uint64_t n)
{
	num_put_u64(k->number, n);
	http_query_add(&k->q, name, k->number);
}

int agent_failed(const struct ask *k)
{
	return agent_fail("Error querying Consul agent: %s", k->c.err.text);
}

static void on_answer(void *ctx, struct consul_reply *r)
{
	struct agent_call *c = ctx;

	c->call = NULL;
	c->done = true;
	c->status = r->status;
	c->index = r->index;
	c->failed = r->err != NULL;
	if (r->err)
		c->err = *r->err;
	else if (r->body.n && buf_add(&c->body, r->body.p, r->body.n) < 0)
		c->failed = err_nomem(&c->err) < 0;
}

void agent_call_free(struct agent_call *c)
{
	consul_cancel(c->call);
	buf_free(&c->body);
	*c = (struct agent_call){0};
}

int agent_start(struct ask *k, struct agent_call *c, const char *method,
		const char *path, const char *name, struct str body,
		int64_t limit_ms)
{
	struct buf BUF_AUTO target = {0};

	agent_call_free(c);
	http_query_opt(&k->q, "dc", k->o->dc);
	if (k->o->stale && *method == 'G')
		http_query_add(&k->q, "stale", "");
	buf_adds(&target, path);
	http_escape_path(&target, str_of(name));
	http_query_put(&target, &k->q);
	k->q.n = 0;
	if (target.failed)
		return err_nomem(&c->err);
	return consul_send_for(k->consul, limit_ms, method, buf_str(&target),
			       body, NULL, on_answer, c, &c->call, &c->err);
}

int agent_call(struct ask *k, const char *method, const char *path,
	       const char *name, struct str body)
{
	if (agent_start(k, &k->c, method, path, name, body, 60000) < 0)
		return -1;
	while (!k->c.done)
		if (loop_turn(&k->loop, CLOCK_NEVER, &k->c.err) < 0)
			return -1;
	return k->c.failed ? -1 : 0;
}

int agent_yes(struct ask *k, const char *method, const char *path,
	      const char *name, struct str body)
{
	if (agent_call(k, method, path, name, body) < 0)
		return -1;
	return *buf_str(&k->c.body) == 't';
}

static bool is_kind(const struct val *v, enum val_kind kind)
{
	return val_kind(v) == kind && v->type != &type_json_number;
}

/* null is any list or map, without members. */
static bool shaped(const struct val *v, enum val_kind kind, enum val_kind of)
{
	const struct val_entry *e;
	size_t n = 0;

	if (!v->type)
		return true;
	if (!is_kind(v, kind))
		return false;
	if (kind == KIND_MAP) {
		e = val_map_entries(v, &n);
		while (n && is_kind(&e[n - 1].v, of))
			n--;
	} else if (v->list) {
		n = v->list->n;
		while (n && is_kind(&v->list->items[n - 1], of))
			n--;
	}
	return !n;
}

int agent_json(struct ask *k, const char *path, const char *name,
	       enum val_kind kind, enum val_kind of, struct val *out)
{
	if (agent_call(k, "GET", path, name, (struct str){0}) < 0 ||
	    json_parse(&k->arena, str_n(buf_str(&k->c.body), k->c.body.len),
		       JSON_NUMBER, out, &k->c.err) < 0)
		return -1;
	return shaped(out, kind, of)
		       ? 0
		       : err_set(&k->c.err, 0, "unexpected JSON from %s", path);
}

int agent_wait(struct ask *k, struct store_wait *w, int started)
{
	return started < 0 ? -1 : store_wait(k->store, w, &k->c.err);
}

int agent_alive(struct ask *k)
{
	return agent_call(k, "GET", "/v1/agent/self", "", (struct str){0}) < 0
		       ? agent_failed(k)
		       : 0;
}

const struct val *agent_member(const struct val *v, const char *key)
{
	return v && val_kind(v) == KIND_MAP ? val_map_gets(v, str_of(key))
					    : NULL;
}

struct str agent_text(const struct val *v, const char *key)
{
	const struct val *m = agent_member(v, key);

	return m && val_kind(m) == KIND_STRING ? m->s : STR("");
}

int agent_data(const char *arg, struct buf *out, struct err *e)
{
	struct err low = {0};

	if (!strcmp(arg, "-")) {
		char piece[4096];
		ssize_t n;

		while ((n = read(0, piece, sizeof(piece))) > 0)
			if (buf_add(out, piece, (size_t)n) < 0)
				return err_nomem(e);
		return n < 0 ? err_set(e, errno, "Failed to read stdin") : 0;
	}
	if (*arg != '@')
		return buf_adds(out, arg) < 0 ? err_nomem(e) : 0;
	if (file_read(AT_FDCWD, arg + 1, out, 64 << 20, &low) < 0)
		return err_set(e, 0, "Failed to read file: %s %s: %s",
			       low.num == EISDIR ? "read" : "open", arg + 1,
			       err_go(low.num));
	return 0;
}

bool agent_many(int argc, int most)
{
	if (argc <= most)
		return false;
	agent_fail("Too many arguments (expected %d, got %d)", most, argc);
	return true;
}

int agent_spawn(const struct consul_opts *o, char **argv, const char *extra,
		int stdin_fd, pid_t *pid, struct err *e)
{
	struct buf BUF_AUTO words = {0};
	const char *shell = getenv("SHELL");
	struct spawn_fd fds[] = {{stdin_fd, 0}};
	char *by_shell[4];
	struct spawn s = {.argv = argv, .fds = fds, .nfds = 1};
	const char *eq = strchr(extra, '=');
	char name[32] = "";

	memcpy(name, extra, (size_t)(eq - extra));
	if (setenv(name, eq + 1, 1) < 0)
		return err_nomem(e);
	if (!shell || !*shell)
		shell = "/bin/sh";
	if (o->shell && access(shell, X_OK) == 0) {
		for (int i = 0; argv[i]; i++)
			buf_addf(&words, "%s%s", i ? " " : "", argv[i]);
		by_shell[0] = (char *)shell;
		by_shell[1] = (char *)"-c";
		by_shell[2] = (char *)buf_str(&words);
		by_shell[3] = NULL;
		s.argv = by_shell;
	}
	if (words.failed)
		return err_nomem(e);
	if (spawn_run(&s, pid, e) == 0)
		return 0;
	if (e->num == ENOENT && !strchr(s.argv[0], '/'))
		err_set(e, 0, "exec: \"%s\": executable file not found in $PATH",
			s.argv[0]);
	return -1;
}

const char *agent_ended(int wstat, char out[SIGNAL_GO + 16])
{
	char name[SIGNAL_GO];

	if (WIFSIGNALED(wstat))
		snprintf(out, SIGNAL_GO + 16, "signal: %s",
			 signal_go(WTERMSIG(wstat), name));
	else
		snprintf(out, SIGNAL_GO + 16, "exit status %d",
			 WEXITSTATUS(wstat));
	return out;
}

const char *agent_eq(const char *flag, const char *item)
{
	const char *eq = strchr(item, '=');

	if (eq)
		return eq + 1;
	agent_fail("invalid value \"%s\" for flag -%s: Missing \"=\" value in "
		   "argument: %s",
		   item, flag, item);
	return NULL;
}
