// SPDX-License-Identifier: MIT
/* engine - the registrar's own structs. One entry per service; an entry has at
 * most one request under way, and what is still to be said is kept as state,
 * so nothing is sent twice and nothing is lost when the store is away. */
#ifndef CORE_REGISTER_ENGINE_H
#define CORE_REGISTER_ENGINE_H

#include "os/loop.h"
#include "register.h"
#include "runtime.h"
#include "s6.h"
#include "store.h"

enum {
	REG_RETRY_FIRST_MS = 500,
	REG_RETRY_MAX_MS = 30000,
	REG_LEAVE_MS = 5000, /* for deregistration; then the stop goes on */
	REG_ASSERT_MS = 3600 * 1000, /* unchanged states are said again */
};

#define REG_STOPPING	     "stopping" /* the reason of our maintenance */
#define REG_TTL		     (30 * DUR_S)
#define REG_CHECK_TTL	     (24 * DUR_HOUR)
#define REG_DEREGISTER_AFTER DUR_MIN

/* What happened to the process that a service follows. */
enum follow_event {
	FOLLOW_READY,	/* up, and ready where it can say so */
	FOLLOW_STARTED, /* up, not yet ready */
	FOLLOW_DIED,	/* it will be started again; text says how it ended */
	FOLLOW_STOPPED, /* down by order */
};

struct follow;
typedef void follow_fn(void *ctx, enum follow_event ev, const char *text);

/* One service directory watched through its fifodir. */
struct follow {
	struct loop *loop;
	char dir[PATH_MAX];
	struct s6_watch w;
	bool open, needs_ready;
	unsigned refused; /* how often another user's could not be opened */
	struct loop_fd fd;
	struct loop_timer retry;
	follow_fn *fn;
	void *ctx;
};

/* false: there is no such service directory; nothing is watched. */
bool follow_start(struct follow *f, struct loop *l, const char *scandir,
		  const char *name, follow_fn *fn, void *ctx);
void follow_stop(struct follow *f);

struct entry;

/* One check as the store should see it. */
struct point {
	struct entry *entry;
	const struct reg_check *def; /* NULL: registrar, or process */
	const char *id, *name;
	enum reg_state state;
	char *output;	 /* heap, NULL = "" */
	bool dirty;	 /* the store has not heard this state */
	bool off;	 /* not registered at all (process of nobody) */
	bool good;	 /* it has passed since the process is ready */
	int64_t said_ms; /* when it last was said */
	struct reg_probe *probe;
};

enum { POINT_REGISTRAR, POINT_PROCESS, POINT_CHECKS };

enum entry_op {
	OP_NONE,
	OP_REGISTER,
	OP_CHECK,
	OP_DEREGISTER,
	OP_MAINT,
	OP_DROP,    /* a check that is not defined any more */
	OP_UNMAINT, /* what an earlier life's OP_MAINT left */
};

struct entry {
	struct reg *reg;
	struct entry *next;
	struct reg_service *s;
	struct point *points; /* registrar, process, then the definition's */
	size_t npoints;
	bool following;
	struct follow follow;

	bool wanted;  /* should be in the store */
	bool there;   /* is, as far as we know; or may be, by a lost answer */
	bool stale;   /* what is there is out of date: register over it */
	bool down;    /* its process is down by order */
	bool maint;   /* maintenance was asked for (drain mode) */
	bool unmaint; /* an earlier life asked for it */
	bool removed; /* no longer defined: freed when it is out */
	bool leaving; /* entry_leave was called for it */
	bool doubted; /* lost since a check was last taken */
	bool refused; /* by the store, the last time, and said so */
	bool settled; /* has been registered once, or failed for good */
	struct strlist drop; /* checks to take out of it */
	char *death; /* heap; a death that must be said before anything else */
	bool death_sent; /* the request under way says it */

	struct store_call *call;
	enum entry_op op;
	size_t op_point;
	struct loop_timer timer; /* heartbeat, or the next try */
	int64_t retry_ms;	 /* 0 = the last request went well */
};

/* Definitions of before a reload that entries still point into. */
struct reg_old {
	struct reg_conf conf;
	struct reg_old *next;
};

struct reg {
	struct reg_opts o;
	struct reg_conf conf;
	struct entry *entries;
	struct runtime_view view;
	struct loop_timer view_timer, drain_timer, sweep_timer;
	bool view_open, view_failed;
	bool stopping, skip_drain, draining, told_stopped, told_ready;
	bool away;	    /* the store does not answer */
	int64_t contact_ms; /* boot clock of the last answer; 0 = never */
	int64_t drain_from; /* ms, monotonic */
	int64_t quiet_from; /* since when no connection was seen */
	struct store_call *sweep;
	size_t swept;
	bool swept_late; /* a TTL after the first look */
	struct reg_old *old;
};

/* entry.c: what should be so changed; does the next request if it can. */
int entry_new(struct reg *r, struct reg_service *s, struct entry **out,
	      struct err *e);
/* It takes the place of an entry of the same id that was defined otherwise. */
void entry_inherit(struct entry *en, struct entry *old);
/* A check of this id is to be taken out, unless it is defined. */
void entry_drop(struct entry *en, const char *id);
void entry_begin(struct entry *en);
void entry_free(struct entry *en);
void entry_pump(struct entry *en);
void entry_leave(struct entry *en);
/* push.c: one request, and what its answer means. */
void entry_send(struct entry *en, enum entry_op op, size_t point);
struct val entry_payload(const struct entry *en, struct arena *a);
/* The worst state of the checks that count. */
enum reg_state entry_state(const struct entry *en);

/* engine.c */
struct entry *entry_find(const struct reg *r, const char *id);
void reg_contact(struct reg *r, const char *error);
void reg_settled(struct reg *r);
void reg_left(struct reg *r);
/* view.c */
void reg_view_soon(struct reg *r);

/* unhealthy.c: a check of this service directory failed after it was good. */
void reg_unhealthy(const struct reg *r, const char *dir, const char *id);
void reg_view_open(struct reg *r);
void reg_view_close(struct reg *r);
/* drain.c: ESTABLISHED sockets on a local port; -1 = cannot be known. */
int reg_connections(unsigned port);
void reg_drain(struct reg *r);
/* sweep.c */
void reg_sweep(struct reg *r);

#endif
