// SPDX-License-Identifier: MIT
/* The parts of logd: script.c compiles, line.c acts on a line, logdir.c keeps a
 * logdir, logd.c reads and waits. */
#ifndef CORE_LOGD_IMPL_H
#define CORE_LOGD_IMPL_H

#include <sys/types.h>

#include "base.h"
#include "logd.h"
#include "regex.h"
#include "s6/tai.h"

enum {
	SIZE_MIN = 4096, /* of s directives */
	SIZE_MAX_ = 268435455,
	CHUNK = 1 << 16, /* bytes read at once */
};

/* Bytes on their way out: those from pos on are not written yet. */
struct queue {
	struct buf b;
	size_t pos;
};

static inline size_t queue_len(const struct queue *q)
{
	return q->b.len - q->pos;
}

/* n bytes were written. */
void queue_took(struct queue *q, size_t n);

/* What a rotation is at. Everything from STAGE_OPEN on up to STAGE_RUN has no
 * file to write to, or may not. */
enum stage {
	STAGE_WRITE,  /* none is going on */
	STAGE_SYNC,   /* current is complete: to disk */
	STAGE_MOVE,   /* current becomes previous, or an archive */
	STAGE_OPEN,   /* a new current */
	STAGE_START,  /* the processor */
	STAGE_RUN,    /* it runs */
	STAGE_RESULT, /* its output to disk */
	STAGE_STATE,  /* newstate becomes state */
	STAGE_DROP,   /* previous goes */
	STAGE_KEEP,   /* processed becomes an archive */
	STAGE_TRIM,   /* old archives go */
};

struct logdir {
	const char *path;
	int dir;        /* descriptor of the directory */
	int lock;
	int fd;         /* of current */
	uint64_t size;  /* of current */
	struct queue q;
	enum stage stage;
	int64_t retry;  /* when a stage that failed is tried again; 0 = none */
	int64_t hold;   /* the same for a write */
	int64_t period; /* when to rotate next by time, if it is not empty */
	bool torn;      /* the last line is not written whole */
	bool rotate;    /* as soon as what is queued is written */
	bool giving_up; /* at the end: archive unprocessed what fails */
	pid_t pid;      /* of the processor */
	uint32_t max, size_max, tolerance, cooldown, every; /* n s l r R */
	uint64_t total;        /* S */
	char *processor;       /* NULL = none */
	bool shell;            /* it is a shell's */
};

int logdir_open(struct logdir *d, struct err *e);
/* Writes and rotates as far as it goes; now = clock_mono_ms(). */
void logdir_work(struct logdir *d, int64_t now);
/* The processor has ended. */
void logdir_ended(struct logdir *d, int wstat, int64_t now);
/* Nothing is queued and no rotation goes on. */
bool logdir_idle(const struct logdir *d);
/* When logdir_work is to be called next by itself. */
int64_t logdir_deadline(const struct logdir *d);
/* Marks current as complete and closes. */
void logdir_finish(struct logdir *d);

enum step_kind { SELECT, DESELECT, REST, TO_STDOUT, ALERT, STATUS, LOGDIR };

struct step {
	enum step_kind kind;
	struct regex *re;   /* SELECT, DESELECT; NULL = every line */
	bool tai, iso;      /* stamps */
	const char *prefix; /* "" = none */
	uint32_t limit;     /* ALERT, STATUS: bytes, 0 = no limit */
	const char *path;   /* STATUS */
	size_t dir;         /* LOGDIR: its index */
};

struct logd {
	struct logd_opts o;
	struct step *steps;
	size_t nsteps, steps_cap;
	struct logdir *dirs;
	size_t ndirs, dirs_cap;
	struct queue out;   /* of standard output */
	bool out_closed;
	struct buf line;    /* an unfinished line */
	struct buf scratch; /* a line with its stamps */
	/* the ISO stamp of a second is made once */
	uint64_t iso_sec;
	char iso[TAI_LOCAL];
	int verbosity;
};

int script_compile(struct logd *l, char *const *script, struct err *e);
/* Runs the script on a line without its newline. */
void line_act(struct logd *l, const char *p, size_t n);
/* A warning, when they are wanted. */
void logd_warn(int num, const char *fmt, ...) PRINTF(2, 3);
void logd_quiet(bool quiet);

#endif
