// SPDX-License-Identifier: MIT
/* inner - the services as they are gathered: nodes of a graph, each a list of
 * the files that its directory will have. All of it lives in one arena whose
 * allocations cannot fail (they jump to compile_run). */
#ifndef CORE_COMPILE_INNER_H
#define CORE_COMPILE_INNER_H

#include <sys/types.h>

#include "compile.h"
#include "data/hcl.h"

enum {
	CP_FILE_MAX = 1 << 20, /* bytes of one file that is read */
	CP_NODES = 1024,       /* most services */
	CP_NAME_MAX = 200,
};

struct cp_at { /* where something was said */
	const char *file;
	unsigned line, col; /* 0 = not known */
};

struct cp_name {
	struct cp_name *next;
	const char *name;
	struct cp_at at;
	struct cp_node *node; /* set by cp_graph */
};

struct cp_file {
	struct cp_file *next;
	const char *path; /* below the directory */
	const char *text; /* a file with these bytes, or NULL: */
	const char *link; /* a symlink to this */
};

enum cp_type { CP_LONGRUN, CP_ONESHOT, CP_BUNDLE };

enum cp_source { CP_DIRS, CP_MANIFEST, CP_OVERLAY };

struct cp_node {
	struct cp_node *next;
	const char *name;
	enum cp_type type;
	enum cp_source source;
	struct cp_at at;
	const char *dir; /* the image's, or NULL */
	struct cp_name *deps, *contents, *stop_after;
	struct cp_name *producer_for; /* s6-rc's pipelines, by the producer */
	const char *pipeline;         /* name of the bundle, of a consumer */
	struct cp_file *files;
	bool is_default; /* the base image's own: gives way to others */
	bool consumer;   /* has a producer */
	bool logged;     /* what it prints goes through logmux */
	unsigned mark;   /* of a walk */
};

struct cp_edge {
	struct cp_edge *next;
	const char *name, *first; /* name starts after first */
	struct cp_at at;
};

struct cp {
	struct arena a;
	const struct compile_opts *o;
	struct buf *findings;
	size_t nfindings, n;
	struct cp_node *nodes, **end;
	const char *self; /* path of this executable */
	bool cron;        /* something runs by the clock */
	bool overlay;     /* s6-overlay's tree is there */
	gid_t registrar;  /* the group of the registrar, or 0 */
	bool shared;      /* the group basebox may stop the container */
	bool lenient;     /* a failing service of it does not end the boot */
	unsigned logging; /* S6_LOGGING: 1 all into files too, 2 only there */
	unsigned verbosity;   /* S6_VERBOSITY */
	const char *catchall; /* the user who writes these files, or NULL */
	/* The manifest's blocks, a file for each of its files: what the
	 * renderer and the registrar get below manifest.d. */
	struct cp_node templates, registers;
	struct cp_name *ports; /* of register blocks */
	struct cp_edge *edges; /* of `before`, until all nodes are known */
};

PRINTF(3, 4)
void cp_find(struct cp *c, struct cp_at at, const char *fmt, ...);

/* load.c: nodes */
struct cp_node *cp_node(struct cp *c, const char *name, enum cp_type type,
			enum cp_source source, struct cp_at at);
struct cp_node *cp_get(struct cp *c, const char *name);
void cp_drop(struct cp *c, struct cp_node *n);
void cp_add(struct cp *c, struct cp_name **list, const char *name,
	    struct cp_at at);
bool cp_has(const struct cp_name *list, const char *name);
PRINTF(4, 5)
void cp_text(struct cp *c, struct cp_node *n, const char *path,
	     const char *fmt, ...);
void cp_link(struct cp *c, struct cp_node *n, const char *path,
	     const char *target);
struct cp_file *cp_file(struct cp_node *n, const char *path);
/* The run, finish, up or down of a node is this execline text. */
void cp_script(struct cp *c, struct cp_node *n, const char *what,
	       const char *text);

/* load.c: files. Paths are the container's; the root is put before them. */
const char *cp_path(struct cp *c, const char *fmt, ...) PRINTF(2, 3);
/* NULL when there is none; what cannot be read is a finding. */
const char *cp_read(struct cp *c, const char *path);
/* Names of a directory, sorted, without hidden ones; an empty list when it
 * does not exist. NULL-terminated. */
const char **cp_list(struct cp *c, const char *path);
bool cp_exists(const char *path);
bool cp_is_dir(const char *path);

/* dirs.c */
enum cp_dir_flag {
	CP_RC = 1,     /* s6-rc's source format: down and log are no files */
	CP_RC_TYPE = 2, /* a type file must be there */
};
struct cp_node *cp_dir(struct cp *c, const char *dir, const char *name,
		       enum cp_source source, unsigned flags);
void cp_dirs(struct cp *c, const char *dir);
/* The words that run an executable file of the image, as execline text: the
 * path alone, or its interpreter first when it is not executable. */
const char *cp_program(struct cp *c, const char *path);

/* lint.c: an absolute path that cannot be executed is a finding of check. */
void cp_runnable(struct cp *c, struct cp_at at, const char *path);
/* The same for the first word of execline text (NULL: nothing), and its syntax. */
void cp_script_runs(struct cp *c, struct cp_at at, const char *text);

/* words.c: execline text */
void cp_word(struct buf *b, const char *word);
void cp_words(struct buf *b, const char *const *words);

/* graph.c: words before the run of a service. */
void cp_before(struct cp *c, struct cp_node *n, const char *words);
/* rights.c: who the registrar is, before what only root may open is put before
 * its run; and at the end, what its group may. */
void cp_registrar(struct cp *c);
void cp_rights(struct cp *c);
int cp_share(int out, struct err *e) MUST_USE;

/* overlay.c: where S6_LOGGING has the lines that have no other place. */
#define CP_UNCAUGHT "/run/uncaught-logs"

void cp_manifest(struct cp *c, const char *dir);
void cp_overlay(struct cp *c);
/* run_files.c: of the live container. */
void cp_run_files(struct cp *c);
/* After all sources: pipelines, defaults, edges; then what is wrong. */
void cp_graph(struct cp *c);
/* Appends the nodes in an order in which each comes after what it needs. */
void cp_order(struct cp *c, struct buf *out);
int cp_write(struct cp *c, struct err *e) MUST_USE;
int cp_write_node(struct cp_node *n, int out, struct err *e) MUST_USE;
/* A file with this text, and the folders above it. */
int cp_put(int at, const char *path, const char *text, struct err *e) MUST_USE;
/* update.c */
int cp_update(struct cp *c, int out, struct err *e) MUST_USE;

#endif
