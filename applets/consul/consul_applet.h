// SPDX-License-Identifier: MIT
/* consul_applet - what the files of the consul command share. */
#ifndef APPLETS_CONSUL_APPLET_H
#define APPLETS_CONSUL_APPLET_H

#include "base.h"
#include "http.h"
#include "store.h"

struct consul_opts {
	const char *ca_file, *ca_path, *cert, *key_file, *server_name;
	const char *dc, *addr, *token, *token_file, *ns;
	const char *separator, *session, *address, *id, *kind, *name, *reason;
	const char *service, *filter, *near, *node, *key, *prefix;
	const char *passing_only, *state, *type;
	bool stale, base64, detailed, keys, recurse, acquire, release, cas;
	bool enable, disable, tags, child_exit_code, pass_stdin, shell, verbose;
	uint64_t flags, modify_index;
	struct strlist meta, tag, tagged, node_meta;
	int port, n, monitor_retry;
	int64_t timeout, try;
};

/* One request and its answer. Zeroed = none under way. */
struct agent_call {
	bool done, failed;
	int status;
	uint64_t index;
	struct buf body;
	struct err err;
	struct consul_call *call;
};

/* One sub-command's run: the store that it talks to, the parameters of the next
 * request, and the last answer. Nothing is freed: the process ends. */
struct ask {
	const struct consul_opts *o;
	struct loop loop;
	struct store *store;
	struct consul *consul; /* NULL: a folder */
	struct arena arena;
	struct http_query q;   /* taken by the next request */
	struct agent_call c;   /* of agent_call */
	char number[NUM_TEXT]; /* of agent_number */
};

/* Prints one line on standard error; 1, the exit code. */
int agent_fail(const char *fmt, ...) PRINTF(1, 2);
/* 0, or the exit code. consul_only: names Consul as the way for a folder. */
int agent_open(struct ask *k, const struct consul_opts *o, bool consul_only);
/* A parameter of the next request that is a number; one at a time. */
void agent_number(struct ask *k, const char *name, uint64_t n);
/* path + escaped name + k->q and what every request has; answers within
 * limit_ms. -1: c->err. */
int agent_start(struct ask *k, struct agent_call *c, const char *method,
		const char *path, const char *name, struct str body,
		int64_t limit_ms);
/* The same into k->c, and waits. -1: k->c.err; k->c.status tells more. */
int agent_call(struct ask *k, const char *method, const char *path,
	       const char *name, struct str body);
/* agent_call whose answer is true or false: 1, 0, -1. */
int agent_yes(struct ask *k, const char *method, const char *path,
	      const char *name, struct str body);
void agent_call_free(struct agent_call *c);
/* A GET whose answer is JSON, numbers as their text: a map or a list (kind) of
 * such values (of). */
int agent_json(struct ask *k, const char *path, const char *name,
	       enum val_kind kind, enum val_kind of, struct val *out);
/* VALUE of NAME=VALUE as -flag has it; NULL: said. */
const char *agent_eq(const char *flag, const char *item);
/* "exit status 3", "signal: killed". */
const char *agent_ended(int wstat, char out[SIGNAL_GO + 16]);
/* What store_xxx(..., store_wait_fn, &w, NULL, &k->c.err) started. */
int agent_wait(struct ask *k, struct store_wait *w, int started);
/* "Error querying Consul agent: ..."; 1. */
int agent_failed(const struct ask *k);
/* Asks the agent for itself, as the original does first: 0, or the exit code. */
int agent_alive(struct ask *k);

/* A member of a map, NULL when it is not there or v is none. */
const struct val *agent_member(const struct val *v, const char *key);
struct str agent_text(const struct val *v, const char *key);
/* DATA of a command line: the text, - (standard input), @FILE. */
int agent_data(const char *arg, struct buf *out, struct err *e);
/* "Too many arguments" unless argc <= most. */
bool agent_many(int argc, int most);

/* Appends v as Go prints the API's structs: members in their order. indent 0 =
 * in one line. */
/* s "", n 0, b false, z null, d "0s" (a duration); left out: o when empty, p
 * when missing. With `of`, an object of that shape or a list of such. */
struct json_shape {
	const char *name;
	char zero;
	const struct json_shape *of;
};
extern const struct json_shape agent_kv[], agent_node[], agent_entry[],
	agent_check[], agent_event[];
void agent_print(struct buf *b, struct arena *a, const struct val *v,
		 const struct json_shape *shape, unsigned indent,
		 unsigned depth);

/* Runs argv (or, with -shell, its words as one command) with NAME=VALUE added
 * to the environment. -1: *e. stdin_fd: -1 = /dev/null. */
int agent_spawn(const struct consul_opts *o, char **argv, const char *extra,
		int stdin_fd, pid_t *pid, struct err *e);

typedef int consul_command(struct consul_opts *o, int argc, char **argv);
consul_command consul_kv_get, consul_kv_put, consul_kv_delete, consul_kv_export,
	consul_kv_import, consul_services_register, consul_services_deregister,
	consul_maint, consul_datacenters, consul_nodes, consul_services,
	consul_lock, consul_watch;

#endif
