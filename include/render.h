// SPDX-License-Identifier: MIT
/* render - consul-template's engine: watches what templates ask for, renders
 * files, runs commands, keeps a child process.
 *
 * The applet reads command line and configuration; render_run is the program
 * from there on, signals, reloads and exit code included. Behaviour, messages
 * and exit codes: consul-template 0.42 (0 done, 12 kill signal, 13 command
 * line, 14 runner, 15 configuration, else the child's own code). */
#ifndef BASEBOX_RENDER_H
#define BASEBOX_RENDER_H

#include "base.h"
#include "render/config.h"

enum render_exit {
	RENDER_OK = 0,
	RENDER_INTERRUPTED = 12,
	RENDER_USAGE = 13,
	RENDER_FAILED = 14,
	RENDER_CONFIG = 15,
};

/* Where a configuration comes from; asked again on the reload signal. */
struct render_source {
	void *ctx;
	/* Reads command line, files and environment anew, sets up logging,
	 * and gives a configuration that the runner then owns. */
	int (*load)(void *ctx, struct render_config **cfg, struct err *e);
	void (*free)(void *ctx, struct render_config *cfg);
};

/* Runs to the end of the program and returns its exit code. The first
 * configuration is loaded already. Every message has been printed. */
int render_run(struct render_config *cfg, const struct render_source *src);

/* The host's `interfaces` (tmpl/host.h); ctx NULL outside a render. */
int host_interfaces(void *ctx, struct arena *a, struct val *out,
		    struct err *e) MUST_USE;

#endif
