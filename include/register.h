// SPDX-License-Identifier: MIT
/* register - keeps the services of this container true in the store: read from
 * definitions, registered when ready, passing or critical as their checks say,
 * gone before the program stops. Spec: register.md.
 *
 * struct reg_conf is what the definitions say (plain data in one arena);
 * struct reg is the running engine, on the caller's loop. */
#ifndef BASEBOX_REGISTER_H
#define BASEBOX_REGISTER_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "data/hcl.h"
#include "data/value.h"

/* --- whose process it is --- */

struct user;

/* As root: 0 when the registrar can do its work as this user, that is, the user
 * is of group basebox, the embedded store or the agent's socket (NULL: as the
 * environment says), token (NULL: none) and key files are open to it, and the
 * runtime directory, whose path goes to dir, is now shared with that group.
 * Supplementary groups are dropped in any case. */
int reg_rights(const struct user *u, const char *store, const char *token,
	       char dir[PATH_MAX]) MUST_USE;
struct reg_conf;
/* Goes on as that user where reg_rights says so and the definitions can be read
 * again (1), or stays (0): not root, no such user, or not possible. -1: it
 * failed half way. */
int reg_become(const char *name, const char *store, const char *token,
	       const struct reg_conf *c, struct err *e) MUST_USE;

/* --- addresses of this machine --- */

enum { REG_ADDR_TEXT = 64, REG_ADDRS = 256 };

struct reg_addr {
	char ifname[IF_NAMESIZE];
	char text[48];
	unsigned char ip[16]; /* 4 or 16 bytes, network order */
	int family;	      /* AF_INET, AF_INET6 */
	int order;	      /* as the kernel listed it */
	bool up, loopback, link_local, default_route;
};

/* The addresses, sorted by interface, IPv4 first; how many, or -1. */
int reg_addr_list(struct reg_addr *out, size_t max, struct err *e) MUST_USE;
/* The first address that the first matching specification accepts. With
 * `explained`, a line for every candidate says why it lost. -1: none, or a
 * specification is malformed. */
int reg_addr_choose(const char *const *specs, const struct reg_addr *all,
		    size_t n, char out[REG_ADDR_TEXT], struct buf *explained,
		    struct err *e) MUST_USE;
int reg_addr_valid(const char *spec, struct err *e) MUST_USE;

/* --- checks, as the registrar sees them --- */

/* What a check looks like and how it is probed belongs to core/health; the
 * applet joins the two through struct reg_hooks. The states are Consul's. */
enum reg_state { REG_PASSING, REG_WARNING, REG_CRITICAL };
const char *reg_state_name(enum reg_state s);

struct reg_check {
	const char *id, *name, *notes; /* NULL = not given */
	const char *service_id; /* a top-level check: the service it is for */
	const char *alias; /* mirrors that service's worst check; or NULL */
	bool foreign;	   /* a TTL check that somebody else pushes */
	int64_t ttl;	   /* ns, of a foreign one */
	int64_t deregister_after; /* ns; 0 = not given */
	enum reg_state initial;	  /* until the first verdict */
	struct val agent; /* Consul's own fields (HTTP, Interval ...) for
				 * an agent that runs the check itself */
	struct val ours;  /* the rest of the definition */
	const void *def;  /* the hooks' own */
	struct hcl_pos pos;
};

struct reg_probe; /* the hooks' own */
typedef void reg_lint_fn(void *ctx, struct hcl_pos pos, const char *text);
typedef void reg_verdict_fn(void *ctx, enum reg_state state, const char *output);

struct reg_hooks {
	void *ctx;
	/* Reads a check block; findings go to lint, their number returns. */
	size_t (*read)(void *ctx, struct arena *a, const struct hcl_node *block,
		       struct reg_check *out, reg_lint_fn *lint, void *lctx);
	/* Starts probing again and again; every verdict goes to fn. */
	int (*start)(void *ctx, const struct reg_check *c, reg_verdict_fn *fn,
		     void *fctx, struct reg_probe **p, struct err *e);
	void (*stop)(void *ctx, struct reg_probe *p);
	/* An address with "{{" in it; NULL: not understood. */
	int (*address)(void *ctx, struct arena *a, const char *text,
		       const char **out, struct err *e);
};

/* --- definitions --- */

enum {
	REG_SERVICES = 256, /* most services of one registrar */
	REG_CHECKS = 64,    /* most checks of one service */
	REG_FILE_MAX = 1 << 20,
};

enum reg_drain_mode {
	REG_DRAIN_DEREGISTER,
	REG_DRAIN_MAINTENANCE,
};

struct reg_service {
	const char *name;
	const char *id;	     /* default NAME-HOSTNAME-PORT */
	const char *address; /* NULL: chosen by reg_conf.addresses */
	unsigned port;	     /* 0 = none */
	const char *token, *ns, *partition; /* NULL = not given */
	/* The Consul registration without checks: map[string]interface {} with
	 * Consul's JSON names (ID, Name, Port, Tags, Meta ...). */
	struct val body;
	const char *supervise; /* service directory it follows; NULL = the one
				* of its name, if there is one */
	int64_t drain;	       /* ns; -1 = the registrar's default */
	int64_t drain_connections; /* ns at most; 0 = not by connections */
	struct reg_check *checks;
	size_t nchecks;
	struct hcl_pos pos;
	const char *file; /* where it was defined; "environment" */
};

/* A top-level check, waiting for the service that it names. */
struct reg_loose {
	struct reg_check check;
	const char *file;
	struct reg_loose *next;
};

struct reg_conf {
	struct arena arena; /* of everything below */
	const struct reg_hooks *hooks;
	struct reg_service *services;
	size_t n;
	struct reg_loose *loose;
	const char *const *addresses; /* specifications, NULL-terminated */
	const char *owner;	      /* after reg_conf_finish */
};

/* All findings, in order, as `FILE:LINE: text` lines. */
struct reg_lint {
	struct buf text;
	size_t errors;
	const char *file; /* the one being read */
};

/* The same definition. */
bool reg_check_same(const struct reg_check *a, const struct reg_check *b);

void reg_conf_init(struct reg_conf *c, const struct reg_hooks *hooks);
void reg_conf_free(struct reg_conf *c);
/* One definition file (HCL or JSON). Findings go to lint; returns 0 when there
 * were none and -1 otherwise (or when the file cannot be read). */
int reg_conf_file(struct reg_conf *c, const char *path,
		  struct reg_lint *lint) MUST_USE;
/* *.hcl and *.json of a folder in name order; a missing folder is empty. */
int reg_conf_dir(struct reg_conf *c, const char *path,
		 struct reg_lint *lint) MUST_USE;
/* registrator's SERVICE_* variables of an environment. */
int reg_conf_env(struct reg_conf *c, char *const *environment,
		 struct reg_lint *lint) MUST_USE;
/* What needs the whole set: default ids, addresses, top-level checks, check
 * ids, two services of one id. `owner` goes into the meta basebox-owner. */
int reg_conf_finish(struct reg_conf *c, const char *owner,
		    struct reg_lint *lint) MUST_USE;
void reg_lint_free(struct reg_lint *l);
/* Appends one finding. */
void reg_lint_add(struct reg_lint *l, struct hcl_pos pos, const char *fmt, ...)
	PRINTF(3, 4);

/* ${VAR}, ${VAR:-default} and ${VAR:?message} of the process' environment; a
 * lone '$' stays. -1: a variable with :? is not set, or a brace is open. */
int reg_expand(struct arena *a, struct str text, struct str *out,
	       struct err *e) MUST_USE;
/* The same in every string of a tree, `key` being what n is the value of; a
 * program's arguments with other forms in them stay as they are. */
void reg_expand_tree(struct arena *a, struct hcl_node *n, struct str key,
		     reg_lint_fn *lint, void *ctx);

/* --- running --- */

struct loop;
struct store;
struct reg;

struct reg_opts {
	struct loop *loop;
	struct store *store;
	const char *scandir; /* where service directories are; NULL = nowhere:
			      * every service counts as ready */
	int64_t ttl;	     /* of the registrar's check, ns; 0 = 30 s */
	int64_t drain;	     /* ns, where a service does not say */
	enum reg_drain_mode drain_mode;
	bool agent_checks; /* the agent runs the checks */
	bool catalog;	   /* the store tells nobody's silence: no TTL there */
	bool view;	   /* keep register.json in the runtime directory */
	/* Called once, when everything that can be registered is. */
	void (*ready)(void *ctx);
	/* Called once after reg_stop: deregistered and drained. */
	void (*stopped)(void *ctx);
	void *ctx;
};

/* Starts; the definitions are taken (*c is emptied) when it succeeds. */
int reg_start(struct reg **r, const struct reg_opts *o, struct reg_conf *c,
	      struct err *e) MUST_USE;
/* New definitions: added, changed and removed services are handled, the others
 * keep their state. Takes *c. */
int reg_reload(struct reg *r, struct reg_conf *c, struct err *e) MUST_USE;
/* The token changed: everything is registered again with it. */
void reg_refresh(struct reg *r);
/* Deregisters all (or puts them in maintenance), waits out the drain, then
 * calls opts.stopped. A second call skips the wait. */
void reg_stop(struct reg *r);
void reg_free(struct reg *r);

#endif
