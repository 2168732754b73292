// SPDX-License-Identifier: MIT
/* render_program - what consul-template and envconsul share: flags in Go's
 * dialect, messages before there is a log, the run of the program. */
#ifndef BASEBOX_RENDER_PROGRAM_H
#define BASEBOX_RENDER_PROGRAM_H

#include <stddef.h>

#include "applet.h"
#include "render.h"
#include "render/load.h"

struct render_flags {
	struct render_load load;
	bool help, functions, version;
};

extern const struct opt consul_template_opts[];

/* For opt.fn: a flag that is a key, and -h. */
int render_set(void *opts, const struct opt *o, const char *value,
	       struct err *e);
int render_help(void *opts, const struct opt *o, const char *value,
		struct err *e);

#define RENDER_AT(field) offsetof(struct render_flags, field)
#define RENDER_VALUE(name)                                                     \
	{                                                                      \
		name, render_set, 0, OPT_FN, 0, 0                              \
	}
#define RENDER_YES(name)                                                       \
	{                                                                      \
		name, render_set, 0, OPT_FN0, 0, 0                             \
	}
#define RENDER_COMMON                                                          \
	{"h", render_help, 'h', OPT_FN0, 0, 0},                                \
		{"help", render_help, 0, OPT_FN0, 0, 0},                       \
		{"v", NULL, 'v', OPT_FLAG, RENDER_AT(version), 0},             \
	{                                                                      \
		"version", NULL, 0, OPT_FLAG, RENDER_AT(version), 0            \
	}

/* Overwrites tokens and passwords in argv[1] to argv[end - 1], which /proc
 * shows to others. */
void render_scrub(char **argv, int end);
int render_usage(const struct err *e);
/* Loads the configuration and runs; `version` is the version's line. */
int render_program(struct render_flags *f, const char *version);

#endif
