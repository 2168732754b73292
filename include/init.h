// SPDX-License-Identifier: MIT
/* init - a container from its first process to its exit code: services in the
 * order of what they depend on, stopped in reverse within one budget. It adds
 * order and policy to the engine of supervise; what is started is a live
 * scandir, written by `init compile` from the image's sources before.
 *
 * What it reads of each directory L/NAME beyond what s6 does: type,
 * dependencies.d/, contents.d/, policy/. Below L/.init it keeps `stopping` (it
 * is) and reads `exitcode` (outranks what it would exit with) and `lenient` (a
 * failure at boot concerns only those that need it). */
#ifndef BASEBOX_INIT_H
#define BASEBOX_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

/* init's own exit codes, beside 0, 126, 127 and the essential service's. */
enum init_exit {
	INIT_CONFIG = 100,
	INIT_SYSCALL = 111,
	INIT_BOOT = 120,    /* a oneshot or a start timeout failed the boot */
	INIT_BUDGET = 121,  /* something had to be killed, nothing essential */
	INIT_ON_UNHEALTHY = 122,
	INIT_RESTARTS = 123, /* used up, the last exit was 0 */
	INIT_KILLED = 137,
};

struct init_options {
	const char *compiled;   /* a live scandir that exists; NULL: make one */
	char *const *cmd;       /* NULL-terminated; NULL: none */
	int64_t stop_timeout;   /* ms for all of the stop */
	int64_t stop_delay;     /* ms between deregistration and first TERM */
	int64_t strays;         /* ms between TERM and KILL of unknown processes */
	bool cmd_signals;       /* TERM and the like go to cmd (s6-overlay) */
};

/* --- one program, no services: what tini, dumb-init and catatonit are --- */

enum { SINGLE_SIGNALS = 65, SINGLE_AS_IS = 0xff };

struct single_options {
	bool group;      /* signals go to its process group */
	bool session;    /* it gets a session, else a group, of its own */
	bool one;        /* neither */
	bool subreaper;
	bool warn_reap;  /* says which orphans ended */
	bool farewell;   /* SIGTERM to its group once it has ended */
	bool pause;      /* no program: only reaps, until TERM or INT */
	int quiet;       /* 0 = all that goes wrong is said */
	int verbose;     /* 1 = what happens */
	int death_signal;            /* to us when our parent ends; 0 = none */
	int not_found, not_runnable; /* exit codes */
	uint8_t rewrite[SINGLE_SIGNALS]; /* 0 = drop */
	uint64_t success[4];         /* codes that become 0, one bit each */
};

void single_init(struct single_options *o);
/* Values of options, as opt_fn: "143", "15:3" (names too), "SIGKILL". */
struct opt;
int single_remap(void *opts, const struct opt *o, const char *v, struct err *e);
int single_rewrite(void *opts, const struct opt *o, const char *v,
		   struct err *e);
int single_death(void *opts, const struct opt *o, const char *v, struct err *e);
/* Runs argv until it ends, forwarding signals; returns the exit code. */
int single_run(const struct single_options *o, char *const *argv);

/* --- services --- */

/* Defaults, then INIT_STOP_TIMEOUT and INIT_STOP_DELAY: Go durations, or a
 * number of seconds. What cannot be read is said and ignored. */
void init_options_env(struct init_options *o);
/* Whether the image defines any service. */
bool init_has_sources(void);
/* Boots, supervises, stops; returns the exit code. All signals are blocked
 * already. */
int init_run(const struct init_options *o);

#endif
