// SPDX-License-Identifier: MIT
/* overlay.c - the tree of an image made for s6-overlay v3: s6-rc's definitions
 * with the bundles that s6-overlay adds, v2's cont-init.d, services.d and
 * cont-finish.d. Source: s6-overlay's README and sources at 3.2, as facts. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/file.h"
#include "os/user.h"

static const char *variable(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && *v ? v : otherwise;
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	uint64_t v;

	return num_arg(variable(name, ""), UINT32_MAX, &v) ? v : otherwise;
}

/* A node of s6-overlay's own; what the image has of that name is joined. */
static struct cp_node *own(struct cp *c, const char *name, enum cp_type type)
{
	struct cp_node *n = cp_get(c, name);

	if (n && n->source == CP_OVERLAY)
		return n;
	return cp_node(c, name, type, CP_OVERLAY,
		       (struct cp_at){.file = "s6-overlay"});
}

static void own_bundle(struct cp *c, const char *name,
		       const char *const *contents)
{
	struct cp_node *n = own(c, name, CP_BUNDLE);

	for (; *contents; contents++)
		cp_add(c, &n->contents, *contents, n->at);
}

/* Its files are listed in a directory of s6-rc's tree or in one of
 * user-bundles.d, with or without a type file. */
static void user_bundle(struct cp *c, const char *name, const char *etc)
{
	const char *dirs[] = {
		cp_path(c, "%s/s6-overlay/s6-rc.d/%s/contents.d", etc, name),
		cp_path(c, "%s/%s/contents.d",
			variable("S6_RUNTIME_BUNDLEDIR",
				 arena_printf(&c->a, "%s/s6-overlay/"
					      "user-bundles.d", etc)), name),
	};
	struct cp_node *n = own(c, name, CP_BUNDLE);

	for (size_t i = 0; i < COUNT(dirs); i++)
		for (const char **p = cp_list(c, dirs[i]); *p; p++)
			cp_add(c, &n->contents, *p,
			       (struct cp_at){arena_printf(&c->a, "%s/%s",
							   dirs[i], *p), 1, 0});
}

/* All files of a directory, one after the other. */
static void one_by_one(struct cp *c, struct cp_node *n, const char *what,
		       const char *dir, bool strict, uint64_t limit)
{
	BUF_AUTO struct buf b = {0};

	for (const char **p = cp_list(c, dir); *p; p++) {
		const char *one = arena_printf(&c->a, "%s/%s", dir, *p);

		if (cp_is_dir(one))
			continue;
		if (access(one, X_OK) == 0)
			cp_runnable(c, (struct cp_at){.file = one}, one);
		buf_addf(&b, limit ? "%s { background { %s } importas P ! "
				     "wait -t %llu { $P } }\n"
				   : "%s { %s }\n",
			 strict ? "if" : "foreground", cp_program(c, one),
			 (unsigned long long)limit);
	}
	cp_script(c, n, what, buf_str(&b));
}

static void cont(struct cp *c, const char *etc)
{
	struct cp_node *fix = own(c, "fix-attrs", CP_ONESHOT);
	struct cp_node *init = own(c, "legacy-cont-init", CP_ONESHOT);
	const char *attrs = cp_path(c, "%s/fix-attrs.d", etc);

	cp_script(c, fix, "up", cp_is_dir(attrs)
		  ? arena_printf(&c->a, "fix-attrs %s\n", attrs) : "");
	one_by_one(c, init, "up", cp_path(c, "%s/cont-init.d", etc),
		   !c->lenient, 0);
	one_by_one(c, init, "down", cp_path(c, "%s/cont-finish.d", etc), false,
		   number("S6_KILL_FINISH_MAXTIME", 5000));
	cp_add(c, &init->deps, "fix-attrs", init->at);
}

static void services(struct cp *c, const char *etc)
{
	struct cp_node *all = own(c, "legacy-services", CP_BUNDLE), *n;
	const char *dir = cp_path(c, "%s/services.d", etc);

	for (const char **p = cp_list(c, dir); *p; p++) {
		const char *one = arena_printf(&c->a, "%s/%s", dir, *p);

		if (!cp_is_dir(one))
			continue;
		n = cp_dir(c, one, *p, CP_OVERLAY, 0);
		cp_add(c, &n->deps, "base", n->at);
		cp_add(c, &n->deps, "user", n->at);
		cp_add(c, &all->contents, *p, n->at);
		if (!cp_file(n, "timeout-kill"))
			cp_text(c, n, "timeout-kill", "%llu\n",
				(unsigned long long)
				number("S6_SERVICES_GRACETIME", 3000));
	}
}

/* S6_CMD_WAIT_FOR_SERVICES_MAXTIME is for all of the boot; here, as things start
 * side by side, for each of them. */
static void limit(struct cp *c)
{
	uint64_t ms = number("S6_CMD_WAIT_FOR_SERVICES_MAXTIME", 0);

	for (struct cp_node *n = c->nodes; ms && n; n = n->next)
		if (n->source == CP_OVERLAY && n->type != CP_BUNDLE &&
		    !cp_file(n, "policy/start-timeout"))
			cp_text(c, n, "policy/start-timeout", "%llu\n",
				(unsigned long long)ms);
}

static bool present(struct cp *c, const char *etc)
{
	static const char *const dirs[] = {
		"s6-overlay/s6-rc.d", "s6-overlay/user-bundles.d", "cont-init.d",
		"services.d", "cont-finish.d", "fix-attrs.d",
	};

	for (size_t i = 0; i < COUNT(dirs); i++)
		if (cp_is_dir(cp_path(c, "%s/%s", etc, dirs[i])))
			return true;
	return false;
}

/* Who writes the catch-all log. An unknown user is no reason not to boot: then
 * it is root, as without the variable. */
static const char *catchall(struct cp *c)
{
	const char *name = variable("S6_CATCHALL_USER", "root");
	struct user u;

	if (!c->logging || !c->o->live || geteuid() || !strcmp(name, "root"))
		return NULL;
	if (user_find(name, &u, NULL) == 1)
		return u.uid ? arena_strdup(&c->a, u.name) : NULL;
	say_warn("S6_CATCHALL_USER: there is no user %s; root writes the log",
		 name);
	return NULL;
}

void cp_overlay(struct cp *c)
{
	static const char *const base[] = {"fix-attrs", "legacy-cont-init",
					   NULL};
	static const char *const top[] = {"base", "user", "legacy-services",
					  "user2", NULL};
	const char *profile = variable("S6_RUNTIME_PROFILE", NULL), *dir;
	const char *etc = profile ? arena_printf(&c->a, "/etc/cont-profile.d/%s",
						 profile) : "/etc";

	c->overlay = present(c, etc);
	if (c->overlay) {
		c->lenient = number("S6_BEHAVIOUR_IF_STAGE2_FAILS", 0) < 2;
		c->logging = (unsigned)number("S6_LOGGING", 0);
		c->verbosity = (unsigned)number("S6_VERBOSITY", 2);
		c->catchall = catchall(c);
		dir = cp_path(c, "%s/s6-overlay/s6-rc.d", etc);
		for (const char **p = cp_list(c, dir); *p; p++)
			if (strcmp(*p, "user") && strcmp(*p, "user2") &&
			    cp_is_dir(arena_printf(&c->a, "%s/%s", dir, *p)))
				cp_dir(c, arena_printf(&c->a, "%s/%s", dir, *p),
				       *p, CP_OVERLAY, CP_RC | CP_RC_TYPE);
		user_bundle(c, "user", etc);
		user_bundle(c, "user2", etc);
		cont(c, etc);
		services(c, etc);
		limit(c);
		own_bundle(c, "base", base);
		own_bundle(c, "top", top);
	}
	if (c->overlay && c->o->live && !c->o->update && !c->nfindings)
		cp_run_files(c);
}
