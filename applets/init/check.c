// SPDX-License-Identifier: MIT
/* check - look whether an image is right, before it runs
 *
 * usage: check [ -r root ]
 *
 * For a RUN step of an image's build. Reads all sources of services as init
 * does and prints what is wrong, each thing as FILE:LINE:COLUMN: what: unknown
 * names, cycles, users, programs that are missing, cannot be executed or are
 * for another architecture, interpreters; then all service definitions
 * (register check) and templates (consul-template -parse-only). Warns of what
 * is slower to stop than init or an orchestrator waits.
 *  -r ROOT  of the image instead of this one's; without definitions and
 *      templates of /etc
 *
 * Exit: 0 ok, 100 something is wrong, 111 system call failed.
 * See: README.md
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "compile.h"
#include "execline.h"
#include "find_words.h"
#include "os/dir.h"
#include "os/fd.h"
#include "s6/numfile.h"

struct check {
	const char *root;
};

static const struct opt check_opts[] = {
	{NULL, NULL, 'r', OPT_STR, offsetof(struct check, root), 0},
	{0},
};

enum { DOCKER_STOP = 10000, INIT_STOP = 9000 }; /* ms */

/* timeout-kill beyond what init gives the whole stop. */
static void budgets(const char *out)
{
	const char *said = getenv("INIT_STOP_TIMEOUT"), *name;
	int64_t all = INIT_STOP, ns;
	uint64_t s;
	struct dir d;

	if (said && num_arg(said, 1000000, &s))
		all = (int64_t)s * 1000;
	else if (said && dur_parse(str_of(said), &ns, NULL) == 0)
		all = dur_ms(ns);
	if (all >= DOCKER_STOP)
		say_warn("INIT_STOP_TIMEOUT is not below the 10s that Docker "
			 "waits");
	if (dir_open(&d, AT_FDCWD, out, NULL) < 0)
		return;
	while ((name = dir_next(&d))) {
		char path[PATH_MAX];
		uint32_t ms;

		snprintf(path, sizeof(path), "%s/timeout-kill", name);
		if (s6_numfile(d.fd, path, &ms, NULL) > 0 && ms > all)
			say_warn("%s: its stop may take %u ms, the whole stop "
				 "%lld ms (INIT_STOP_TIMEOUT)",
				 name, ms, (long long)all);
	}
	dir_close(&d);
}

/* What other applets find in theirs. */
static int definitions(const char *path)
{
	struct strlist words = {0};
	char file[PATH_MAX];
	const char *name;
	struct dir d;
	int code = 0;

	if (dir_open(&d, AT_FDCWD, path, NULL) < 0)
		return 0;
	if (strlist_add(&words, "register") < 0 ||
	    strlist_add(&words, "check") < 0)
		die(111, "out of memory");
	while ((name = dir_next(&d))) {
		struct str s = str_of(name);

		if (*name == '.' || (!str_suffix(s, STR(".hcl")) &&
				     !str_suffix(s, STR(".json"))))
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, name);
		if (strlist_add(&words, file) < 0)
			die(111, "out of memory");
	}
	dir_close(&d);
	if (words.n > 2 && el_run(words.items))
		code = 100;
	strlist_free(&words);
	return code;
}

static int templates(const char *path)
{
	const char *words[] = {"consul-template", "-parse-only", "-config",
			       path, NULL};

	if (access(path, F_OK) < 0)
		return 0;
	return el_run((char *const *)(uintptr_t)words) ? 100 : 0;
}

static int others(const char *out, const char *root)
{
	char ours[2][PATH_MAX];
	int code = 0;

	snprintf(ours[0], PATH_MAX, "%s/register/manifest.d", out);
	snprintf(ours[1], PATH_MAX, "%s/consul-template/manifest.d", out);
	code |= definitions(ours[0]);
	code |= templates(ours[1]);
	if (!*root) {
		code |= definitions("/etc/consul.d");
		code |= templates("/etc/consul-template.d");
	}
	return code;
}

int check_main(int argc, char **argv)
{
	struct check o = {.root = ""};
	int i = applet_opts("check", check_opts, &o, argc, argv, 0), r, code;
	char root[PATH_MAX] = "", out[] = "/tmp/basebox-check.XXXXXX";
	struct compile_opts c = {.root = root, .out = out, .lint = true};
	struct buf found = {0};
	struct err e;

	if (argv[i])
		applet_usage("check");
	find_words();
	if (*o.root && !realpath(o.root, root))
		die_sys(111, errno, "unable to find %s", o.root);
	if (!mkdtemp(out))
		die_sys(111, errno, "unable to make %s", out);
	r = compile_run(&c, &found, &e);
	if (r < 0)
		say_fatal("%s", e.text);
	if (found.len && fd_write(2, found.p, found.len, NULL) < 0)
		return 111;
	code = r < 0 ? 111 : r ? 100 : others(out, root);
	if (!r)
		budgets(out);
	if (compile_remove(out, &e) < 0)
		say_warn("%s", e.text);
	return code;
}
