// SPDX-License-Identifier: MIT
/* register_run - the registrar as a process: signals, new definitions, a new
 * address, and the end. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "register_applet.h"
#include "runtime.h"
#include "s6.h"

enum { SETTLE_MS = 500 };

struct run {
	struct register_opts *o;
	struct loop loop;
	struct signals signals;
	struct reaper reaper;
	struct http *http;
	struct store *store;
	struct health_env env;
	struct reg_hooks hooks;
	struct reg *reg;
	struct loop_fd netlink;
	struct loop_timer settle;
	struct register_token token;
	char scandir[PATH_MAX];
};

static void reload(struct run *r)
{
	struct reg_conf c;
	struct err e;

	if (register_load(r->o, &r->hooks, NULL, &c) < 0) {
		log_error("register", "the definitions are broken: the old "
				      "ones stay");
		return;
	}
	if (reg_reload(r->reg, &c, &e) < 0) {
		log_error("register", "new definitions: %s", e.text);
		reg_conf_free(&c);
		return;
	}
	log_info("register", "definitions read again");
}

static void on_signal(void *ctx, int sig)
{
	struct run *r = ctx;

	switch (sig) {
	case SIGCHLD:
		while (reaper_run(&r->reaper, REAP_TURN))
			;
		return;
	case SIGHUP:
		reload(r);
		return;
	default:
		log_info("register", "stopping");
		reg_stop(r->reg);
		return;
	}
}

static void ready(void *ctx)
{
	struct run *r = ctx;

	if (r->o->notify_fd < 0)
		return;
	if (write(r->o->notify_fd, "\n", 1) != 1)
		log_warn("register", "readiness cannot be told: %s",
			 strerror(errno));
	close(r->o->notify_fd);
	r->o->notify_fd = -1;
}

static void stopped(void *ctx)
{
	struct run *r = ctx;

	loop_stop(&r->loop);
}

/* --- addresses --- */

static void settled(struct loop_timer *t)
{
	log_info("register", "the addresses of this machine changed");
	reload(t->ctx);
}

/* Any change counts; they come in bursts, so one look follows the last. */
static void on_netlink(struct loop_fd *w, uint32_t events)
{
	struct run *r = w->ctx;
	char buf[8192];
	bool any = false;

	(void)events;
	while (recv(w->fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		any = true;
	if (any)
		loop_timer_set(&r->loop, &r->settle,
			       clock_mono_ms() + SETTLE_MS, settled, r);
}

static void watch_addresses(struct run *r)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK,
				 .nl_groups = RTMGRP_IPV4_IFADDR |
					      RTMGRP_IPV6_IFADDR};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_ROUTE);
	struct err e;

	if (fd < 0)
		return; /* forbidden in some sandboxes: a fixed address then */
	if (bind(fd, (struct sockaddr *)&nl, sizeof(nl)) < 0 ||
	    loop_watch(&r->loop, &r->netlink, fd, EPOLLIN, on_netlink, r, &e) <
		    0)
		close(fd);
}

static void on_new_token(void *ctx)
{
	struct run *r = ctx;

	reg_refresh(r->reg);
}

/* --- start --- */

static const char *scandir_of(struct run *r)
{
	char runtime[PATH_MAX];
	struct err e;

	if (s6_scandir_find(r->scandir, r->o->scandir,
			    runtime_dir(runtime, false, NULL) < 0 ? NULL
								  : runtime,
			    &e) == 0)
		return r->scandir;
	if (r->o->scandir)
		log_warn("register", "%s", e.text);
	return r->o->scandir;
}

static void open_store(struct run *r)
{
	struct consul_conf conf = {.address = store_address(r->o->store)};
	struct store_node node = {.catalog = r->o->catalog};
	struct err e;

	if (!r->o->token_file &&
	    (r->o->token_file = getenv("CONSUL_HTTP_TOKEN_FILE")) &&
	    !*r->o->token_file)
		r->o->token_file = NULL;
	if (http_open(&r->http, &r->loop, &e) < 0 ||
	    store_open(&r->store, &r->loop, r->http, &conf, &e) < 0 ||
	    store_set_node(r->store, &node, &e) < 0)
		die(111, "%s", e.text);
	r->token.path = r->o->token_file;
	if (r->token.path)
		register_token_watch(&r->token, &r->loop, r->store,
				     on_new_token, r);
}

/* The first service directory of these that lets no group but its owner's
 * follow it: NAME/watch-group and NAME/control-group are not there. */
static const char *closed(const struct reg_conf *c, const char *scandir)
{
	static const char *const files[] = {"", "watch-group", "control-group"};
	char path[PATH_MAX];

	for (size_t i = 0; scandir && i < c->n; i++) {
		const char *name = c->services[i].supervise;
		bool there[COUNT(files)];

		if (!name)
			name = c->services[i].name;
		for (size_t k = 0; k < COUNT(files); k++) {
			there[k] = (size_t)snprintf(path, sizeof(path),
						    "%s/%s/%s", scandir, name,
						    files[k]) < sizeof(path) &&
				   access(path, F_OK) == 0;
		}
		if (there[0] && !there[1] && !there[2])
			return name;
	}
	return NULL;
}

/* As -user says, unless that user could then not do it all. */
static void become(struct run *r, const struct reg_conf *c, const char *scandir)
{
	const char *no = closed(c, scandir);
	struct err e;
	int became;

	if (no) {
		log_info("register", "staying root: %s has no watch-group", no);
		return;
	}
	became = reg_become(r->o->user, r->o->store, r->o->token_file, c, &e);
	if (became < 0)
		die(111, "%s", e.text);
	if (became)
		log_info("register", "running as user %s", r->o->user);
}

int register_run(struct register_opts *o)
{
	static const int sigs[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0};
	static struct run r;
	struct reg_opts ro = {.ttl = o->ttl,
			      .drain = o->drain,
			      .drain_mode = o->drain_mode,
			      .view = true,
			      .agent_checks = o->agent_checks,
			      .catalog = o->catalog,
			      .ready = ready,
			      .stopped = stopped,
			      .ctx = &r};
	struct reg_conf c;
	struct err e;

	r.o = o;
	signal_no_pipe();
	if (loop_init(&r.loop, &e) < 0 ||
	    signals_open(&r.signals, &r.loop, sigs, on_signal, &r, &e) < 0)
		die(111, "%s", e.text);
	r.hooks = register_hooks;
	r.hooks.ctx = &r.env;
	if (register_load(o, &r.hooks, NULL, &c) < 0)
		die(100, "the definitions are broken");
	ro.scandir = scandir_of(&r); /* only root may look at its lock */
	if (o->user)
		become(&r, &c, ro.scandir);
	open_store(&r);
	ro.loop = &r.loop;
	ro.store = r.store;
	r.env = (struct health_env){.loop = &r.loop,
				    .http = r.http,
				    .reaper = &r.reaper,
				    .scandir = ro.scandir};
	if (reg_start(&r.reg, &ro, &c, &e) < 0)
		die(111, "%s", e.text);
	watch_addresses(&r);
	if (loop_run(&r.loop, &e) < 0)
		die(111, "%s", e.text);
	reg_free(r.reg);
	return 0;
}
