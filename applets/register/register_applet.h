// SPDX-License-Identifier: MIT
/* register_applet - what the files of the register command share. */
#ifndef APPLETS_REGISTER_APPLET_H
#define APPLETS_REGISTER_APPLET_H

#include <sys/stat.h>

#include "base.h"
#include "health.h"
#include "http.h"
#include "os.h"
#include "register.h"
#include "store.h"

struct register_opts {
	struct strlist dirs, files, addresses;
	const char *store, *token_file, *scandir, *service, *reason, *user;
	bool catalog, agent_checks, no_env, explain;
	int64_t ttl, drain;
	enum reg_drain_mode drain_mode;
	int notify_fd;
};

/* Reads all definitions that the options name (files: these instead of the
 * options'), prints findings on standard error. -1 when there were any. */
int register_load(const struct register_opts *o, const struct reg_hooks *hooks,
		  char *const *files, struct reg_conf *c);
/* The hooks that join checks and registrar; ctx is a struct health_env. */
extern const struct reg_hooks register_hooks;
/* A store for one-shot commands, on a loop of its own; dies when it cannot. */
struct store *register_store(const struct register_opts *o, struct loop *l);

/* The token file. The caller sets path, which outlives it, and keeps it where
 * it is. */
struct register_token {
	const char *path;
	struct loop *loop;
	struct store *store;
	struct loop_fd folder;
	struct loop_timer timer;
	struct stat seen;
	void (*fn)(void *ctx);
	void *ctx;
};
/* Gives the token to the store and goes on watching; fn is called after each
 * new one. Dies when the file is not there. */
void register_token_watch(struct register_token *t, struct loop *l,
			  struct store *s, void (*fn)(void *ctx), void *ctx);

int register_run(struct register_opts *o);
int register_addr(struct register_opts *o, int argc, char **argv);
int register_check(struct register_opts *o, int argc, char **argv);
int register_deregister(struct register_opts *o, int argc, char **argv);
int register_list(struct register_opts *o, int argc, char **argv);
int register_maint(struct register_opts *o, int argc, char **argv);
int register_once(struct register_opts *o, int argc, char **argv);

#endif
