// SPDX-License-Identifier: MIT
/* folder - the embedded store: one folder of one machine, which several
 * containers may mount.
 *
 *     kv/app/port            the key app/port, its bytes are the value
 *     kv/app/.value          the key "app" where app/... exists too
 *     kv/app/.folder         the key "app/"
 *     services/NODE/ID.json  {Node, Address, Service, Checks}
 *     services/NODE/ID.beat  "BOOT_ID MILLISECONDS\n" of CLOCK_BOOTTIME
 *     nodes/NODE.json        {Node, Address, Meta}
 *     .lock                  held while a key is compared and set
 *
 * A part of a key is a file name; bytes that a name cannot start with or hold
 * are written %XX (see folder_path.c). Other names that begin with a dot are
 * ignored, so a mounted ConfigMap (..data links) is a store as it is. */
#ifndef BASEBOX_STORE_FOLDER_H
#define BASEBOX_STORE_FOLDER_H

#include <sys/stat.h>

#include "store/inner.h"

enum {
	FOLDER_DEPTH = 64,         /* parts of a key */
	FOLDER_PART = 255,         /* bytes of a file name */
	FOLDER_KEYS = 1 << 17,     /* keys of one list */
	FOLDER_REG_MAX = 64 << 10, /* bytes of a registration */
	FOLDER_REGS = 1 << 14,     /* registrations */
	FOLDER_POLL_MS = 2000,     /* where inotify does not work */
};

struct watch;
struct interest;

struct folder {
	struct store *s;
	int root;            /* O_PATH, -1 while it does not exist */
	char *path;
	int inotify;         /* -1: polling */
	bool polling;
	struct loop_fd w;
	struct watch *watches;
	size_t nwatches;
	uint64_t index;      /* +1 for each observed change */
	struct loop_timer poll, wake;
	char boot[40];       /* this machine's boot_id */
};

/* A fetch that waits. */
struct folder_call {
	struct store_call *call;
	const struct tmpl_query *q;
	struct store_ask ask;
	struct interest *interests;
	uint64_t seen;       /* signature of the last scan */
	int64_t until;       /* the answer comes now at the latest */
	bool marked;         /* something it looks at has changed */
};

/* --- folder_path.c --- */

/* Appends the file name of one part of a key. */
int folder_encode(struct buf *b, struct str part, struct err *e);
/* The part that a file name stands for, into out (FOLDER_PART + 1 bytes). */
struct str folder_decode(const char *name, char *out);
/* "kv/" and the encoded parts; `leaf` gets the offset of the last one. A key
 * that ends in '/' gets ".folder". */
int folder_key_path(struct buf *b, const char *key, struct err *e);
/* Opens below the root; links are followed while they stay inside. */
int folder_at(const struct folder *f, const char *path, int flags);

/* --- folder_watch.c --- */

int folder_watch_open(struct folder *f);
void folder_watch_close(struct folder *f);
/* Before the folder `path` (relative to the root) is listed or a name in it
 * is opened: changes of that name (NULL: of any) wake the call. */
void folder_look(struct folder *f, struct folder_call *c, const char *path,
		 const char *name);
/* Whether something the call looks at has changed after `index`. */
bool folder_changed(const struct folder_call *c, uint64_t index);
void folder_forget(struct folder *f, struct folder_call *c);

/* Scans for the marked calls at the end of this turn. */
void folder_wake(struct folder *f);

/* --- reading --- */

/* What a scan finds; sig changes when the result does. */
struct scan {
	struct folder *f;
	struct folder_call *call; /* NULL: nothing is watched */
	struct arena *arena;
	uint64_t sig;
	int64_t recheck; /* ms of clock_mono_ms: a liveness may end then */
	bool absent;
	struct val value;
	struct err *e;
};

void scan_sig(struct scan *s, const void *p, size_t n);
/* -1 with a text that names Consul: what only a cluster can do. */
int folder_supported(struct scan *s, const struct tmpl_query *q);
int folder_scan_key(struct scan *s, const char *key);
int folder_scan_keys(struct scan *s, const char *prefix);
int folder_scan_catalog(struct scan *s, const struct tmpl_query *q);

/* All registrations (node NULL) or those of one node, as Consul's catalogue
 * payloads with the health of this moment. */
int folder_registrations(struct scan *s, const char *node, struct val *out);
/* Reads one file of JSON, at most FOLDER_REG_MAX bytes; 0, or -1. */
int folder_json(struct folder *f, const char *path, struct arena *a,
		struct val *out, struct err *e);

/* --- writing --- */

/* Writes a file in one step, fsynced, with a modification time later than the
 * one before. Makes missing folders. */
int folder_write(struct folder *f, const char *path, struct str bytes,
		 struct err *e);
int folder_put(struct folder *f, const char *key, struct str value,
	       struct err *e);
/* *done: whether index was the key's. */
int folder_cas(struct folder *f, const char *key, struct str value,
	       uint64_t index, bool *done, struct err *e);
int folder_delete(struct folder *f, const char *key, bool recurse,
		  struct err *e);
int folder_lock(struct folder *f, struct err *e); /* a descriptor to close */

int folder_register(struct folder *f, const struct val *service,
		    struct err *e);
int folder_deregister(struct folder *f, const char *id, bool *there,
		      struct err *e);
int folder_check(struct folder *f, const struct store_req *r, bool *there,
		 struct err *e);
int folder_maint(struct folder *f, const struct store_req *r, bool *there,
		 struct err *e);
int folder_sweep(struct folder *f, struct err *e);

#endif
