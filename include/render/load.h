// SPDX-License-Identifier: MIT
/* render/load - the renderer's configuration from where it is written: command
 * line, CT_LOCAL_CONFIG, -config files and folders, environment. The command
 * line is read once and kept; files are read at every load, so the reload
 * signal is another call of render_load.
 *
 * render_load and render_load_free have the types of struct render_source. */
#ifndef BASEBOX_RENDER_LOAD_H
#define BASEBOX_RENDER_LOAD_H

#include "base.h"
#include "data/value.h"
#include "render/config.h"

/* Where log lines go besides standard error. */
struct render_log {
	int fd;             /* the log file, -1 = none */
	int sock;           /* syslog, -1 = none */
	int facility;
	char *dir, *base, *ext, *tag;
	int64_t bytes, born; /* of the log file; born on the monotonic clock */
	int64_t max_bytes, max_age_ms;
	int max_files;
};

struct conf_block;

struct render_load {
	struct arena arena;
	const struct conf_block *root; /* which keys there are */
	struct val given; /* tree of CT_LOCAL_CONFIG, flags on top */
	struct strlist paths;
	bool dry;
	bool error_fatal_given, error_fatal;
	/* envconsul's: the command line's words, what goes for all of its
	 * prefixes, secrets and services. */
	char *const *words;
	bool no_prefix_given, no_prefix;
	const char *format[5];
	int notify_fd; /* inherited from a supervisor, or -1 */
	struct render_log log;
};

/* At program start: looks for a notification-fd file of a service directory,
 * before any descriptor is opened. */
void render_load_init(struct render_load *l);
/* The same for envconsul. */
void render_load_env(struct render_load *l);
/* At program end; configurations given out must be freed before. */
void render_load_end(struct render_load *l);

/* CT_LOCAL_CONFIG's text. Before the flags, which go over it. */
int render_load_local(struct render_load *l, const char *text,
		      struct err *e) MUST_USE;

/* A flag by its name without dashes ("consul-ssl-verify"; booleans with "true"
 * or "false"). Error texts are what Go's flag package shows behind `invalid
 * value`. */
int render_flag(struct render_load *l, const char *name, const char *value,
		struct err *e) MUST_USE;

/* ctx is a struct render_load. Reads the files anew, sets level, log file and
 * syslog up. Errors are configuration errors (exit 15). */
int render_load(void *ctx, struct render_config **cfg, struct err *e) MUST_USE;
void render_load_free(void *ctx, struct render_config *cfg);

/* The configuration as JSON for the debug log, without secrets. */
void render_dump(const struct render_config *c, struct buf *b);

/* Log file and syslog of a configuration, in place of those before. */
int render_log_open(struct render_log *g, const struct render_config *c,
		    struct err *e) MUST_USE;
void render_log_close(struct render_log *g);

#endif
