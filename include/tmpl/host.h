// SPDX-License-Identifier: MIT
/* host - the callbacks through which a template reaches the world. The engine
 * (core/tmpl) and the functions (core/funcs) are pure: no clock, descriptor,
 * environment or network but through this struct, so that a test can hold the
 * world still. Every callback may be NULL: the function that needs it then
 * fails with a clear message. Results are made in the caller's arena. */
#ifndef BASEBOX_TMPL_HOST_H
#define BASEBOX_TMPL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "data/value.h"

/* What a data function asks for: one dependency, already parsed from the
 * query's text. Equal `id`s are the same dependency (one watcher serves all).
 * Source of the ids: what consul-template's log calls its dependencies. */
enum tmpl_dep {
	DEP_FILE,
	DEP_KV_GET,   /* keyExists, keyOrDefault: absent is an answer */
	DEP_KV_BLOCK, /* key: absent is no answer yet */
	DEP_KV_LIST,
	DEP_SERVICE, /* /v1/health/service */
	DEP_CONNECT, /* /v1/health/connect */
	DEP_SERVICES,
	DEP_NODE,
	DEP_NODES,
	DEP_DATACENTERS,
	DEP_PARTITIONS,
	DEP_EXPORTED_SERVICES,
	DEP_IMPORTED_SERVICES,
	DEP_PEERINGS,
	DEP_CA_ROOTS,
	DEP_CA_LEAF,
	DEP_VAULT_READ,
	DEP_VAULT_WRITE,
	DEP_VAULT_LIST,
	DEP_VAULT_PKI,
	DEP_NOMAD_SERVICES,
	DEP_NOMAD_SERVICE,
	DEP_NOMAD_VAR_GET,   /* nomadVarExists */
	DEP_NOMAD_VAR_BLOCK, /* nomadVar */
	DEP_NOMAD_VAR_LIST,
	DEP_CATALOG_SERVICE, /* envconsul only */
};

/* All strings NUL-terminated, "" when absent; they live in the query's arena
 * and are copied by whoever keeps the query. */
struct tmpl_query {
	enum tmpl_dep kind;
	const char *id;	  /* "kv.block(app/port@dc1)": identity, and log text */
	const char *name; /* key, prefix, path, service, node, leaf ... */
	const char *tag;
	const char *dc; /* Consul's datacenter, Nomad's region */
	const char *near;
	const char *ns, *partition, *peer, *sameness;
	const char *filter;  /* sorted status words joined by ',', "" = none */
	const char *choose;  /* nomadService "COUNT|KEY" */
	const char *version; /* Vault's ?version= and other URL query text */
	bool ignore_failing; /* datacenters true */
	const char *const *pairs; /* Vault writes: "k=v"..., NULL-terminated */
};

struct tmpl_host {
	void *ctx;
	const char *dest;     /* the template's destination, for pkiCert */
	const char *nomad_ns; /* nomad.namespace; both may be NULL */

	struct timespec (*now)(void *ctx);
	int (*random)(void *ctx, void *p, size_t n, struct err *e);
	/* NULL = not set. Borrowed until the next call. */
	const char *(*env)(void *ctx, const char *name);
	/* Calls fn for each "NAME=VALUE". */
	void (*environ)(void *ctx, void (*fn)(void *arg, const char *pair),
			void *arg);

	/* The data of a dependency. *have = false: not known yet (the caller
	 * returns the function's empty value; the host noted the need). An
	 * error fails the render. *out is shared and must not be changed. */
	int (*query)(void *ctx, const struct tmpl_query *q, struct val *out,
		     bool *have, struct err *e);

	/* safeLs, safeTree, nomadVarListSafe: the data that query gave is
	 * empty and counts as missing. */
	void (*hold)(void *ctx, const struct tmpl_query *q);

	/* `file`: checks the sandbox; *path gets the path to query. */
	int (*sandbox)(void *ctx, struct arena *a, const char *name,
		       const char **path, struct err *e);
	/* `plugin`: runs a program (30 s at most), standard output to *out. */
	int (*run)(void *ctx, struct arena *a, const char *const *argv,
		   struct str *out, struct err *e);
	/* `writeToFile`. flags: 1 append, 2 newline. */
	int (*write_file)(void *ctx, const char *path, const char *user,
			  const char *group, unsigned mode, unsigned flags,
			  struct str content, struct err *e);
	/* The bytes of a TZif file for an IANA zone name, or "Local". */
	int (*zone)(void *ctx, struct arena *a, const char *name,
		    struct str *tzif, struct err *e);
	/* `sockaddr`: the interface addresses as a list of maps (name, flags,
	 * address, network, default route ...); shape in funcs/sockaddr. */
	int (*interfaces)(void *ctx, struct arena *a, struct val *out,
			  struct err *e);
	/* spew_dump and spew_printf write to the program's standard output. */
	void (*output)(void *ctx, struct str text);
	/* Whether a function is denied (function_denylist). */
	bool (*denied)(void *ctx, const char *func);
};

#endif
