// SPDX-License-Identifier: MIT
/* survey - a live scandir as a person wants to see it: one reading of what the
 * supervisor, init, the registrar and the renderer leave on disk, and the words
 * for it (table, JSON, reasons, graph, metrics). It works on any scandir that
 * is supervised, by init or by an s6-svscan of whoever made it.
 *
 * Read are, of each service directory: supervise/{lock,status,death_tally,
 * last-error}, notification-fd, down, type, dependencies.d, contents.d,
 * policy/essential; of the runtime directory register.json, render.json,
 * init.json and notify/NAME.status. What is missing is only not shown. */
#ifndef BASEBOX_SURVEY_H
#define BASEBOX_SURVEY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "data/value.h"
#include "runtime.h"
#include "s6.h"

enum { SURVEY_SERVICES = 4096, SURVEY_DEPS = 4096 };

enum survey_type { SURVEY_LONGRUN, SURVEY_ONESHOT, SURVEY_BUNDLE };

enum survey_state {
	SURVEY_UNSUPERVISED,
	SURVEY_DOWN,
	SURVEY_WAITING,	 /* not started yet: something it needs is not ready */
	SURVEY_STARTING, /* up, has not said that it is ready */
	SURVEY_UP,
	SURVEY_FINISHING,
	SURVEY_FAILING, /* wanted up, between two tries or cannot be started */
	SURVEY_DONE,	/* oneshot: succeeded */
	SURVEY_FAILED,	/* oneshot: did not */
	SURVEY_GROUP,	/* bundle */
};

struct survey_service {
	const char *name;
	enum survey_type type;
	enum survey_state state;
	bool supervised;
	bool normally_down; /* file ./down */
	bool notifies;	    /* can say that it is ready */
	bool essential;
	bool up, fresh, ready;
	struct s6_status st;   /* of a supervised one */
	struct s6_death *dead; /* the last deaths, oldest first */
	size_t deaths;
	const char *error;     /* supervise/last-error, "" = none */
	const char *says;      /* STATUS= of sd_notify, "" = none */
	struct str why;	       /* init's reason why it rests, "" = none */
	char **deps;	       /* names of dependencies.d or contents.d, sorted,
				 * NULL-terminated */
	const struct val *reg; /* its object in register.json, or NULL */
	bool seen;	       /* of a walk over the graph */
	unsigned rank;	       /* longest way to a service without needs */
};

struct survey {
	struct arena a; /* of everything below */
	char scandir[PATH_MAX];
	struct survey_service *s; /* sorted by name */
	size_t n;
	bool stopping;
	bool alive; /* the scandir's own lock is held */
	struct tai now;
	enum runtime_state reg_state, render_state;
	bool of_init; /* init is what supervises it */
	struct val reg, render, init;
};

/* --- load.c --- */

/* The scandir that is meant: `wanted`, or what s6_scandir_find finds. */
int survey_find(char out[PATH_MAX], const char *wanted, struct err *e) MUST_USE;
/* Reads everything; the caller frees. -1: the scandir cannot be read. */
int survey_load(struct survey *v, const char *scandir, struct err *e) MUST_USE;
void survey_free(struct survey *v);
struct survey_service *survey_get(const struct survey *v, const char *name);
/* What others can start upon: up and ready, done; a bundle: all of it. */
bool survey_ready(const struct survey *v, const struct survey_service *s);
/* The first thing that keeps a service from being started, or NULL. */
const struct survey_service *survey_blocker(const struct survey *v,
					    const struct survey_service *s);

/* --- words.c --- */

const char *survey_state_name(enum survey_state s);
/* "12s", "3m", "5h", "2d". */
void survey_put_age(struct buf *b, uint64_t seconds);
/* "exit 3", "SIGSEGV". */
void survey_put_end(struct buf *b, const struct s6_death *d);
/* Text that came from elsewhere: what is not printable becomes '?'. */
void survey_put_text(struct buf *b, struct str s);
/* A string member of an object, "" when there is none. */
struct str survey_member(const struct val *object, const char *key);
/* A list member, NULL when there is none. */
const struct val *survey_list(const struct val *object, const char *key);
/* The worst status of a registered service: "passing" ...; "" = not known. */
struct str survey_health(const struct survey *v, const struct survey_service *s);
/* Whether it is registered: 1, 0, -1 = not known. */
int survey_registered(const struct survey *v, const struct survey_service *s);

/* --- show.c --- */

/* A line for each service that `names` lists (NULL-terminated; none = all);
 * since when as an age, or as the time of day (UTC). */
void survey_table(const struct survey *v, char *const *names, bool colour,
		  bool ages, struct buf *b);
int survey_json(const struct survey *v, char *const *names, struct buf *b);

/* --- why.c --- */

/* Sentences: how it is, since when, and because of what. */
void survey_why(struct survey *v, struct survey_service *s, struct buf *b);

/* --- plan.c --- */

/* The order of start as text, or as a Graphviz digraph. -1: there is a cycle
 * or an unknown name; what can be shown is in b. */
int survey_plan(struct survey *v, bool dot, struct buf *b, struct err *e);

/* --- metrics.c --- */

/* Deaths of each service, counted on beyond what the tally keeps. */
struct survey_counter {
	char name[NAME_MAX + 1];
	struct tai last;
	uint64_t deaths;
	struct survey_counter *next;
};
/* Prometheus' text format. The counters live as long as the process. */
void survey_metrics(const struct survey *v, struct survey_counter **counters,
		    struct buf *b);
/* Whether the container can serve: the registrar's verdict, or every service
 * that is wanted is up and ready. why gets one line. */
bool survey_verdict(const struct survey *v, struct buf *why);

/* --- act.c --- */

enum survey_goal {
	SURVEY_GOAL_NONE,
	SURVEY_GOAL_UP,	     /* up, and ready where it can say so */
	SURVEY_GOAL_DOWN,    /* down, and finish is over */
	SURVEY_GOAL_RESTART, /* once down, then up */
};

/* Writes the bytes to the service's control and waits until the goal is
 * reached, at most until `deadline` (clock_mono_ms). -1: e->num ETIMEDOUT, or
 * ECANCELED when it failed for good, or of the control FIFO (ENXIO: nobody
 * supervises it). */
int survey_act(const struct survey *v, const struct survey_service *s,
	       const char *bytes, enum survey_goal goal, int64_t deadline,
	       struct err *e) MUST_USE;

#endif
