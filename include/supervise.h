// SPDX-License-Identifier: MIT
/* supervise - services as state machines in one event loop. A supervisor holds
 * what its services share; each service is a struct of its owner's (a scandir
 * entry, or the s6-supervise applet). Everything a service needs later is
 * opened by service_open; from then on nothing allocates, nothing waits for a
 * child, and a failed system call becomes a warning and a deadline.
 *
 * States and what moves them (LEAVING = supervision ends after this cycle):
 *
 *   GONE      not supervised (before service_open, and when it has left)
 *   DOWN      nothing runs; a start may be due at a deadline
 *   STARTING  forked, not known yet whether run could be executed
 *   UP        run runs
 *   FINISH    run died, finish runs
 */
#ifndef BASEBOX_SUPERVISE_H
#define BASEBOX_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base.h"
#include "os.h"
#include "s6/status.h"

struct service;

enum { SERVICE_RESTART_MS = 1000, SERVICE_REST = -1 };

enum service_state {
	SERVICE_GONE,
	SERVICE_DOWN,
	SERVICE_STARTING,
	SERVICE_UP,
	SERVICE_FINISH,
};

/* What the owner wants to hear. Any may be NULL. None may free a service. */
struct service_hooks {
	/* Supervision has ended; the service is GONE and may be opened again
	 * or freed, but not from inside this call. */
	void (*left)(struct service *s);
	/* The service needs its own in and out no more (`closed stdio`, or it
	 * left): their descriptors may be closed. */
	void (*released)(struct service *s);
	/* A start that nobody ordered just now is about to happen: the last
	 * moment for commands that were given before. */
	void (*before_start)(void *ctx);
	/* A start is due. false: it waits until service_go. */
	bool (*may_start)(struct service *s);
	/* The last word on what a start of run is given. */
	void (*prepare)(struct service *s, struct spawn *how);
	/* run has ended by itself although it is wanted up. How long after its last start
	 * the next one is, in ms (s6: 1000), or SERVICE_REST: it stays down. */
	int64_t (*died)(struct service *s, int wstat);
	/* Its control FIFO says that it is to be up, or to stay down; about
	 * to be obeyed. */
	void (*told)(struct service *s, bool up);
	/* run could not be executed: errno. It will be tried again. */
	void (*unrunnable)(struct service *s, int num);
	/* The status was written and these event bytes were sent. */
	void (*changed)(struct service *s, const char *events);
	/* No ended child is left unreaped. */
	void (*reaped)(void *ctx);
	void *ctx;
};

struct supervisor {
	struct loop *loop;
	struct reaper reaper;
	struct loop_timer reap; /* goes on reaping at the end of a turn */
	struct service_hooks hooks;
	struct rlimit nofile; /* what children get back */
	uint32_t finish_limit; /* ms every finish gets at most; 0 = its own */
	unsigned turn, starts; /* starts in that turn of the loop */
	int64_t turn_end;      /* when it has no time for more */
	struct loop_timer heal; /* writes again what could not be written */
	struct service *all;    /* those that are not GONE */
	struct err e;           /* of the call under way; nothing is kept in it */
};

struct service {
	struct supervisor *sup;
	void *owner;
	const char *name; /* as given; run's argument; the owner keeps it */
	struct service *next, **link; /* in sup->all */
	enum service_state state;
	bool leaving;
	bool news;      /* the status has changed and is not written yet */
	bool dirty;     /* the status file is not what status says */
	bool ordered;   /* the next start is to be at once */
	bool again;     /* it was told to end only to start again */
	bool kill_sent; /* the down signal came before the program ran */
	bool has_error; /* supervise/last-error is there */
	int dir;        /* the service directory */
	int home;       /* where supervise/ is: dir, or one of its own */
	int event_home; /* where event/ is: dir or home */
	int lock;
	int in, out, err; /* the children's 0, 1, 2; SPAWN_NULL = /dev/null */
	int status_errno;    /* why the status could not be written */
	uint32_t last_error; /* hash of the last failure of a start */
	int64_t started;     /* when the last start was, ms */
	int64_t pause;       /* from there to the next one, ms */
	struct s6_status status;
	struct child child;       /* run or finish */
	struct spawn_child start; /* start.status_fd while its exec is open */
	struct loop_fd control, outcome, notify;
	struct loop_timer deadline; /* DOWN: start; otherwise: kill */
};

/* --- supervisor.c --- */

/* Prepares for services in this loop. Raises the limit of descriptors. */
void supervisor_init(struct supervisor *sup, struct loop *l);
/* SIGCHLD: reaps, the rest of many at the end of this and the next turns. */
void supervisor_reap(struct supervisor *sup);

/* --- open.c --- */

/* Makes supervise/ and event/ of the directory `dir` (a descriptor that is
 * taken over, closed on failure too), takes the lock, opens the control FIFO,
 * writes the first status, sends `s`, and lets a wanted service start at once.
 * s->sup, s->owner, s->name, s->in, s->out and s->err are set by the caller,
 * the rest may be anything. -1: e->num is EBUSY when another supervisor has
 * it, EEXIST or ENOTDIR when files of the wrong kind are in the way. */
int service_open(struct service *s, int dir, struct err *e) MUST_USE;

/* --- service.c --- */

/* One byte of a control FIFO; unknown ones do nothing. */
void service_command(struct service *s, char byte);
/* The signals a supervisor process of its own would take: TERM (bring it down
 * and leave), HUP (let go of stdio, leave when it ends), QUIT (leave at once),
 * INT (interrupt its group and leave at once). Others do nothing. */
void service_signal(struct service *s, int sig);
/* What may_start refused may be: wanted up from now on, it is started in this
 * turn of the loop. Does nothing unless it is DOWN. */
void service_go(struct service *s);
/* SIGKILL to the group of whatever runs. */
void service_force(struct service *s);
/* Reads the control FIFO now. */
void service_poll_control(struct service *s);

/* --- svscan.c, alone.c: the two programs --- */

struct svscan_options {
	const char *dir;
	uint32_t max_services; /* entries of the scandir; 0 = no limit */
	uint32_t max_dirs;     /* supervised directories, loggers included */
	uint32_t max_name;     /* longest name, in bytes */
	uint32_t rescan;       /* ms between scans by itself; 0 = never */
	int notify;            /* descriptor for readiness; 0 = none */
	int console;           /* console holder; 0 = none */
	bool isolate;          /* a process of its own for each service */
};

/* Supervises a scandir until told to stop, then executes its finish program.
 * Returns the exit code when there is none to execute. All signals are
 * blocked already. */
int svscan_run(const struct svscan_options *o);

/* s6-supervise DIR; returns the exit code. All signals are blocked already. */
int supervise_alone(const char *dir);

#endif
