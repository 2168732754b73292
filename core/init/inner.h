// SPDX-License-Identifier: MIT
/* inner - what the files of this module share. */
#ifndef BASEBOX_INIT_INNER_H
#define BASEBOX_INIT_INNER_H

#include <limits.h>

#include "init.h"
#include "init/graph.h"
#include "os.h"
#include "runtime.h"
#include "supervise.h"
#include "supervise/scandir.h"

#define OVERLAY_RESULTS "/run/s6-linux-init-container-results/exitcode"

enum phase {
	PHASE_COMPILE, /* the child writes the live scandir */
	PHASE_RUN,
	PHASE_FIRST,   /* stops what is registered elsewhere */
	PHASE_DELAY,
	PHASE_DOWN,    /* stops the rest */
	PHASE_LEAVE,   /* loggers, and what is not in the graph */
	PHASE_STRAYS,  /* processes that nobody knows */
};

struct init {
	const struct init_options *opt;
	struct loop loop;
	struct supervisor sup;
	struct scandir dir;
	struct svscan_options scan;
	struct graph graph;
	struct signals signals;
	struct loop_fd control;
	int live;    /* the live scandir */
	int cwd;     /* where CMD is run */
	bool tty;    /* CMD's terminal is this process' */
	bool booting; /* not all of the boot is up yet */
	bool leaving; /* a reload stops what the sources have no more */
	bool again;   /* one more reload was asked for meanwhile */
	unsigned verbosity; /* 0 errors, 1 warnings too, 2 each step */
	enum phase phase;
	struct child compiler;
	pid_t compiler_pid;
	struct loop_timer walk;   /* looks at the graph, this turn */
	struct loop_timer budget; /* the end of the stop, or of what leaves */
	struct loop_timer delay;
	struct loop_timer quiet;
	struct runtime_view view; /* init.json */
	struct loop_timer view_timer;
	int64_t view_at; /* when it was written */
	int64_t term_at; /* when the first SIGTERM was acted on; 0 = none yet */
	bool forced;     /* whatever is left is killed */
	bool killed;     /* something had to be */
	bool decided;    /* code is final */
	bool known;      /* code is an essential service's */
	int code;
	char path[PATH_MAX]; /* of the live scandir */
};

/* --- live.c --- */

/* Chooses and empties the place of the live scandir; goes there. */
int live_choose(struct init *in, struct err *e) MUST_USE;
/* An existing one. */
int live_open(struct init *in, const char *path, struct err *e) MUST_USE;
/* Lock, control FIFO, exported names. */
int live_take(struct init *in, struct err *e) MUST_USE;
/* The directory of the service that CMD is. */
int live_add_cmd(struct init *in, struct err *e) MUST_USE;
/* Marks that the container stops. */
void live_stopping(const struct init *in);
/* The exit code that somebody left there, or -1. */
int live_exit_code(const struct init *in);

/* --- nodes.c --- */

/* Connects graph and supervisor. */
void nodes_init(struct init *in);
/* Looks at the graph at the end of this turn. */
void nodes_soon(struct init *in);
/* The boot has failed because of this node. */
void nodes_boot_failed(struct init *in, struct node *n, const char *why);

/* Of another graph, made of the same services as they are now. */
void nodes_carry(struct init *in, const struct graph *old, struct graph *g);

/* --- tell.c --- */

#define TELL_STARTING ": starting"
#define TELL_STARTED " successfully started"
#define TELL_STOPPING ": stopping"
#define TELL_STOPPED " successfully stopped"

void tell_open(struct init *in);
/* The line of one step, when that is wanted. */
void tell(const struct init *in, const struct node *n, const char *step);
/* A failure that ends the boot, or a warning. */
void tell_wrong(const struct init *in, bool fatal, const char *name,
		const char *what);
/* graph_up, and what is to be said of it. */
void tell_up(struct init *in);

/* --- view.c --- */

/* Keeps init.json, where that can be. */
void view_open(struct init *in);
/* What it says has changed. */
void view_soon(struct init *in);

/* --- boot.c --- */

/* Starts the child that writes the live scandir. */
int boot_compile(struct init *in, struct err *e) MUST_USE;
/* Something happened: memory is given back a moment after the last of it. */
void boot_not_quiet(struct init *in);

/* --- reload.c --- */

/* The sources may have changed. */
void reload_ask(struct init *in);
/* The child has ended. */
void reload_compiled(struct init *in, bool ok);
/* While what leaves is stopped. */
void reload_walk(struct init *in);

/* --- stop.c --- */

/* Begins to stop; `ordered`: from outside. Later calls do nothing. */
void stop_begin(struct init *in, bool ordered);
/* What can be stopped now, is. */
void stop_walk(struct init *in);
/* Kills what is left. */
void stop_force(struct init *in);
/* A child nobody knows may have been the last one. */
void stop_reaped(void *ctx);
/* This essential service ends the container: with this code, unless that is
 * decided already. */
void stop_decide(struct init *in, int code);
int stop_code(const struct init *in);
void stop_init(struct init *in);

#endif
