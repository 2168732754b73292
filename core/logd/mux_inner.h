// SPDX-License-Identifier: MIT
/* mux_inner - what the files of the multiplexer share. */
#ifndef BASEBOX_LOGD_MUX_INNER_H
#define BASEBOX_LOGD_MUX_INNER_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base.h"
#include "logd/mux.h"
#include "os/loop.h"

/* Something that is read, and the line of it that has no end yet. */
struct input {
	int fd; /* -1 = not open */
	struct buf part;
	off_t off; /* files: how far it was read */
	ino_t inode;
	dev_t device;
	int watch; /* of inotify */
};

struct source {
	struct mux *m;
	struct source *next;
	char name[NAME_MAX + 1]; /* of the service */
	char path[PATH_MAX];
	bool tail; /* a followed file; else a FIFO */
	bool to_err;
	bool seen; /* by a scan */
	enum mux_format format;
	uint32_t rate;		/* lines per second; 0 = no limit */
	int64_t tokens, filled; /* thousandths of a line; ms */
	uint64_t left_out;
	struct input in;
	struct input old;  /* the file that was replaced; read for a while */
	int64_t old_until; /* ms */
	struct loop_fd w;
};

struct mux {
	struct loop loop;
	const struct mux_opts *o;
	struct source *all;
	int inotify; /* -1 = none */
	int logs;    /* its watch on the folder of FIFOs */
	struct loop_fd w;
	struct loop_timer check; /* of files; of lines that were left out */
	bool started;
	struct buf out[2]; /* whole lines for descriptors 1 and 2 */
	bool gone[2];	   /* nobody reads there any more */
	struct buf scratch;
	char chunk[16 * 1024];
};

/* --- mux_line.c --- */

/* Bytes of an input: whole lines go to the output, the rest stays. */
void mux_feed(struct source *s, struct input *in, const char *p, size_t n);
/* The line without an end goes out as it is. */
void mux_end(struct source *s, struct input *in);
/* How many lines were left out, if some were. */
void mux_report(struct source *s);
/* Writes what is in m->out. */
void mux_flush(struct mux *m);

/* --- mux_tail.c --- */

/* Reads what is new in all files; sets m->check where looking is needed. */
void mux_tails(struct mux *m);
void mux_tail_close(struct source *s);
/* In ms from now, unless something is due before. */
void mux_check_in(struct mux *m, int64_t ms);

#endif
