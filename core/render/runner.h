// SPDX-License-Identifier: MIT
/* runner - one life of the renderer, from reading the configuration to the
 * next reload: views fetch what templates ask for, a pass executes templates
 * and writes files, then commands run and the child is told. Everything is
 * driven by one event loop; only `plugin` blocks it.
 *
 *     view.c       one poller for each distinct dependency
 *     host.c       what a template being executed asks for
 *     pass.c       all templates in order, the unused views after that
 *     file.c       bytes to disk
 *     quiet.c      wait timers
 *     command.c    the commands of a pass, one after another
 *     child.c      the supervised child of exec mode
 *     reload.c     services that a written file is told to
 *     rollback.c   back to the file before when that was bad for the service
 *     status.c     what others may know of all this
 *     program.c    signals, reload, exit code */
#ifndef BASEBOX_RENDER_RUNNER_H
#define BASEBOX_RENDER_RUNNER_H

#include <sys/stat.h>

#include "base.h"
#include "crypto.h"
#include "os.h"
#include "render/config.h"
#include "runtime.h"
#include "store.h"
#include "tmpl.h"

struct runner;
struct view;
struct vault;
struct nomad;
struct dedup;
struct group;

enum {
	VIEW_LIMIT_MS = 100, /* shortest time between two fetches of a view */
	VIEW_MANY = 128,     /* dependencies: more are warned about */
	FILE_POLL_MS = 2000,
	REST_MS = 10000, /* after the last pass */
	DC_POLL_MS = 15000,
};

/* --- views --- */

/* How a kind of dependency is fetched. */
struct view_source {
	/* NULL: an error is final. */
	const struct render_retry *(*retry)(const struct runner *r);
	/* Starts one fetch; it ends in view_got or view_failed, on a later
	 * turn of the loop. */
	void (*fetch)(struct view *v);
	/* Ends what fetch has started. */
	void (*cancel)(struct view *v);
};

struct view {
	struct view *hnext;         /* of its hash bucket */
	struct view *next, *prev;   /* of all views, oldest first */
	struct runner *r;
	struct tmpl_query *q;
	const struct view_source *source;
	bool started, done;         /* done: once mode and it has its data */
	bool received;
	bool absent;                /* the last answer was "not there" */
	bool no_stale;              /* ask the leader this time */
	bool doubt;                 /* and until it is sure of what there is */
	bool fetched;               /* at least one fetch has ended well */
	struct job *job;            /* the last job that used it, and in */
	uint64_t execution;         /* which execution */
	unsigned used;              /* number of the last pass that used it */
	unsigned tries;
	uint64_t index;
	int64_t began;              /* of the running fetch */
	struct val data;
	struct arena *arena;        /* of data, or */
	char *text;                 /* the bytes of a lone string */
	uint64_t version;           /* +1 whenever data changes */
	bool had_items;             /* a list that was not empty once */
	struct store_call *store;
	struct loop_timer timer;
	void *own;                  /* what the source keeps */

	/* group.c */
	struct group *group;        /* asks for this key; NULL = we do */
	bool alone;                 /* never joins a group */
	bool hidden;                /* is a group's own query */
	bool gone;                  /* confirmed: the key is not there */
	unsigned scan;              /* last query that saw the key */
	uint64_t modify;            /* its ModifyIndex there */
};

/* What one successful fetch brought. The arena goes over. */
struct view_news {
	struct val data;
	struct arena *arena;
	bool absent;
	uint64_t index;      /* sources without one count up */
	int64_t last_contact_ms;
	bool known_leader;
};

struct view *view_get(struct runner *r, const struct tmpl_query *q,
		      struct err *e);
struct view *view_find(struct runner *r, struct str id); /* NULL = none */
void view_start(struct view *v);
/* Data from elsewhere, for a view that is not started. The arena goes over. */
void view_inject(struct view *v, struct view_news *n);
void view_free(struct view *v);
void view_got(struct view *v, struct view_news *n);
/* text stands alone: the view's id is put before it. fatal: not retried. */
void view_failed(struct view *v, const char *text, bool fatal);
/* A view that no template uses, with a source and data of its own. */
struct view *view_hidden(struct runner *r, const struct tmpl_query *q,
			 const struct view_source *source, void *own);
/* Lets go of the running fetch and starts another. */
void view_restart(struct view *v);
/* What a group has found for a member. */
void view_member(struct view *v, struct view_news *n);
/* The next answer may come from another server, or from one that starts and has
 * not read its log, or leads since just now: with lower indexes, so it is asked
 * without waiting, and consistently if there are data that it could take away. */
void view_lost(struct view *v);
/* Fetches again after ms. */
void view_again(struct view *v, int64_t ms);

extern const struct view_source view_file_source, view_vault_source,
	view_pki_source, view_nomad_source;
const struct view_source *view_source_of(struct runner *r, enum tmpl_dep kind);

/* --- templates --- */

struct quiet {
	bool armed, running, fired;
	struct loop_timer timer;
	int64_t deadline;
};

/* A destination as it was left, to see that nobody has touched it. */
struct seen {
	bool valid;
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
	mode_t mode;
};

/* rollback.c: a new file while its service is watched. */
struct trial {
	bool due, on;
	bool have;          /* there was a file before, `good` */
	bool was;           /* the service was critical already */
	int64_t until;
	struct buf good;
	char bad[HASH_HEX]; /* of the text that failed, "" = none */
	struct loop_timer timer;
};

struct job {
	struct runner *r;
	const struct render_template *conf;
	const char *name;          /* source, or (dynamic) */
	char id[HASH_HEX];               /* SHA-256 of source, contents, destination */
	char *display;             /* "src" => "dst" */
	struct buf text;           /* of the template */
	struct tmpl *tmpl;         /* NULL until it has been parsed */
	struct view **used;        /* in the order of first use */
	size_t nused, cap;
	size_t missing;
	uint64_t execution;
	uint64_t versions;         /* sum over the used views, at the last
				    * execution that succeeded */
	bool pure;                 /* its output depends on views alone */
	bool rendered;             /* its file was right at least once */
	bool complete;             /* it was, or waits, in the last pass */
	bool executed;
	char *staged;              /* file that waits for its check */
	bool emptied;              /* keep_nonempty holds it, and it was said */
	struct seen seen;
	struct quiet quiet;
	struct trial trial;
	int64_t written_ms; /* boot clock, 0 = not yet */
	char *error;        /* status.c: NULL = none */
	bool reload_due;  /* written in this pass, its service not told yet */
	bool reload_done; /* while services are told: this one was */
};

struct command_run; /* command.c */
struct child;       /* os/reap.h */

/* --- processes --- */

/* A program that was started; the shell rule is applied. */
struct proc {
	struct runner *r;
	struct child child;
	bool running;
	bool group;                /* has a process group of its own */
	void (*ended)(struct proc *p, int wstat);
	void *ctx;
};

/* Starts a command line in the original's way; errors have its words.
 * env is NULL-terminated. */
int proc_start(struct proc *p, struct runner *r,
	       const struct render_list *command, char *const *env,
	       struct err *e);
void proc_signal(struct proc *p, int sig);
void proc_forget(struct proc *p); /* it goes on without us */

/* Exit code of a wait status in Go's way: -1 for a signal. */
int proc_code(int wstat);

/* --- the runner --- */

enum runner_state {
	RUNNER_RUNNING,
	RUNNER_STOPPING, /* waits for the child to end */
	RUNNER_DONE,
};

struct runner {
	struct loop *loop;
	struct reaper *reaper;
	struct render_config *conf;
	struct http *http;
	struct store *store;
	struct vault *vault;
	struct nomad *nomad;
	struct dedup *dedup;     /* NULL: every instance asks for itself */

	struct view **buckets;
	size_t nbuckets, nviews, nhidden;
	struct view *first, *last;
	size_t nstarted, formed; /* views ever started, at the last forming */
	struct group *groups;

	struct job *jobs;
	size_t njobs;
	uint64_t executions;
	unsigned pass;           /* number of the running or last pass */
	bool due;                /* a pass is wanted */
	bool passing;
	struct loop_timer timer; /* starts a pass at the end of the turn */
	struct loop_timer waiting; /* says what is still missing */
	/* One execution after another uses this memory. It goes back, and with it
	 * the pages of code, when nothing has happened for a while: fetching pages
	 * again costs more than a small pass. */
	struct arena scratch;
	struct buf out;
	struct loop_timer rest;

	/* of the running pass */
	struct job **commands;
	size_t ncommands;
	struct job **checks;
	size_t nchecks, check_at;
	bool wrote;              /* at least one file */
	struct proc command;
	size_t command_at;
	struct loop_timer command_timer;
	bool command_late;
	struct buf errors;       /* of commands: one "* text" after another */
	unsigned nerrors;

	struct proc child;
	struct loop_timer child_timer;
	int child_step;          /* child.c */
	bool child_wanted;       /* start it anew when it has ended */
	bool child_started;      /* once */
	void (*child_stopped)(struct runner *r);

	enum runner_state state;
	void (*on_stopped)(struct runner *r);
	void (*ended)(void *ctx, int code);
	void *ctx;
	struct runtime_view status; /* status.c */
	struct loop_timer status_timer;
	char *view_error;
	uint64_t renders;        /* files written */
	bool pid_written;
	struct buf vars;         /* envconsul: "NAME=VALUE", each ended by NUL */
	struct tmpl_query *asks; /* its dependencies, one for each conf->vars */
	bool *told_fd;           /* the program's: readiness is told once */
	char **own;              /* env_own */
	struct arena arena;      /* lives as long as the runner */
};

/* Reads templates and certificates, makes clients. -1: exit code 14. */
int runner_open(struct runner **r, struct loop *l, struct reaper *reaper,
		struct render_config *conf, bool *told_fd, struct err *e)
	MUST_USE;
/* Starts the first pass; `ended` is called once, with the exit code, when the
 * runner comes to its end by itself. It may be called from deep inside. */
void runner_start(struct runner *r, void (*ended)(void *ctx, int code),
		  void *ctx);
/* Stops views and commands, then the child (with splay if said), then calls
 * stopped. A second call hurries nothing. */
void runner_stop(struct runner *r, bool splay, void (*stopped)(struct runner *));
void runner_close(struct runner *r);

/* Wants a pass at the end of this turn. */
void runner_due(struct runner *r);
/* Ends the program with 14, or with a code. */
void runner_fail(struct runner *r, const char *text);
void runner_end(struct runner *r, int code);
/* The child has been told: passes may run again. */
void runner_idle(struct runner *r);
/* After a pass and its commands: readiness, timers, child, the end of once. */
void runner_settle(struct runner *r);

/* host.c: parses the template once; -1 with `SOURCE: parse: ...`. */
int job_parse(struct job *j, struct err *e);
/* host.c: executes a job's template into out; used views are noted. */
int job_execute(struct job *j, struct buf *out, struct err *e);

/* pass.c */
void pass_run(struct runner *r);
void pass_after_commands(struct runner *r);

/* file.c */
struct file_result {
	bool would, did;
	bool staged; /* written beside the destination, to be checked first */
};
int file_render(struct job *j, struct str content, struct file_result *res,
		struct err *e);
bool file_untouched(const struct job *j);
/* A staged file takes its place, or goes. */
int file_commit(struct job *j, struct err *e);
void file_discard(struct job *j);
/* Other bytes in its place, for good. */
int file_restore(struct job *j, struct str text, struct err *e);

/* quiet.c: 1 = the template waits, 0 = render it now */
int quiet_check(struct job *j, bool dirty);
void quiet_arm(struct runner *r);
void quiet_stop(struct job *j);

/* check.c: checks the staged files, then runs the commands. */
void checks_run(struct runner *r);
/* pass.c: a file was written. */
void pass_written(struct job *j);
/* pass.c: it is as before again; whoever reads it is told. */
void pass_again(struct job *j);

/* command.c: runs r->commands, then calls pass_after_commands. */
void commands_run(struct runner *r);
void commands_stop(struct runner *r);

/* child.c */
/* Being signalled, stopped or restarted: no pass runs meanwhile. */
bool child_busy(const struct runner *r);
int child_spawn(struct runner *r, struct err *e);
void child_reload(struct runner *r);
/* reload.c: the services of templates written in this pass. */
void reload_services(struct runner *r);
void child_stop(struct runner *r, bool splay, void (*stopped)(struct runner *));
void child_forward(struct runner *r, int sig);

/* env.c: the environment of a command or of the child. */
char **env_build(struct runner *r, const struct render_exec *x,
		 struct arena *a);
/* A variable of the program's own (CONSUL_HTTP_ADDR as configured ...). */
const char *env_own(struct runner *r, const char *name);

/* notify.c: systemd's READY=1, and a newline to the notification fd. */
void notify_ready(struct runner *r);

#endif
