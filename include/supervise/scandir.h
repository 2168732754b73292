// SPDX-License-Identifier: MIT
/* scandir - the services that a directory names. An entry is one service or a
 * service with its logger and the pipe between them; it is known by device
 * and inode of its directory, not by its name. Entries are allocated when a
 * scan finds them and freed when they are forgotten, never in between. */
#ifndef BASEBOX_SUPERVISE_SCANDIR_H
#define BASEBOX_SUPERVISE_SCANDIR_H

#include "supervise.h"

enum {
	SCAN_BUCKETS = 64,
	SCAN_ODD = 16, /* so many are remembered as mentioned */
};

struct entry;

/* One supervised directory: the service itself or its logger. */
struct half {
	struct entry *entry;
	char *name; /* as it was opened; NULL before */
	struct service service;
	struct child process;    /* with a supervisor process of its own */
	struct loop_timer again; /* next try to supervise it */
	uint32_t complaint;      /* hash of what was said last */
};

struct entry {
	struct entry *next; /* in its bucket */
	struct scandir *scan;
	dev_t dev;
	ino_t ino;
	char *name;  /* the newest one */
	bool seen;   /* by the scan under way */
	bool active; /* by the last scan */
	bool held;   /* the pipe is kept open whoever dies */
	int pipe[2]; /* from service to logger; -1 */
	struct half main;
	struct half *log; /* NULL without a logger */
};

struct scandir {
	struct supervisor *sup;
	const struct svscan_options *opt;
	struct entry *bucket[SCAN_BUCKETS];
	uint32_t services, dirs; /* how many are known */
	bool stopping;
	uint32_t dangling[SCAN_ODD]; /* names that could not be looked at */
	uint32_t odd_now[SCAN_ODD];  /* by the scan under way */
	unsigned odd;                /* how many */
	struct loop_timer rescan; /* by itself */
	struct loop_timer sweep;  /* forgets entries at the end of a turn */
	bool (*accepts)(void *ctx, const char *name); /* NULL: any directory */
	void (*stopped)(void *ctx); /* stopping, and nothing is left */
	void *ctx;
};

void scandir_init(struct scandir *d, struct supervisor *sup,
		  const struct svscan_options *opt);
/* Looks at the current directory: new services are supervised, those that
 * are not there any more become inactive. */
void scandir_scan(struct scandir *d);
/* Ends supervision of what is inactive: the services with TERM, their loggers
 * with HUP, or with TERM too. */
void scandir_prune(struct scandir *d, bool loggers_too);
/* The same for everything, and for good; d->stopped is called at the end. */
void scandir_stop(struct scandir *d, bool loggers_too);
/* SIGKILL to the group of everything that runs. */
void scandir_force(struct scandir *d);
/* The logger of svscan's own messages is here. */
bool scandir_has_catch_all(const struct scandir *d);

/* --- half.c --- */

/* The logger of what svscan itself says. */
#define SCAN_CATCH_ALL "s6-svscan-log"

/* NULL is not. */
bool half_alive(const struct half *h);
/* Whatever of an active entry is not supervised, will be. */
void entry_settle(struct entry *en);
/* The pair's pipe is closed as far as nobody uses it, and not kept. */
void entry_let_go(struct entry *en);
/* Hooks of the supervisor. */
void half_left(struct service *s);
void half_released(struct service *s);

/* Forgets what is over, at the end of this turn. */
void scandir_sweep_soon(struct scandir *d);

#endif
