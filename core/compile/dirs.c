// SPDX-License-Identifier: MIT
/* dirs.c - service directories of the image, plain ones and those of s6-rc's
 * source format. The live directory gets symlinks to the image's files, so
 * that nothing is copied and a file that changes later counts; only what the
 * supervisor itself writes (down) is made anew.
 *
 * s6-rc's up and down are execline text; but people write scripts there, so a
 * `#!` line of any other interpreter makes it a program. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "crypto.h"
#include "os/file.h"

#include <fcntl.h>

/* The first line without "#!", or NULL when the file has none. */
static const char *shebang(struct cp *c, const char *path)
{
	char head[256];
	ssize_t n = file_peek(AT_FDCWD, path, head, sizeof(head), NULL);
	struct str s = {head, n > 0 ? (size_t)n : 0}, line;

	if (!str_prefix(s, STR("#!")))
		return NULL;
	str_split(&s, '\n', &line);
	line = str_trim(str_cut(line, 2, line.n), " \t\r");
	return arena_dup(&c->a, line.p, line.n);
}

const char *cp_program(struct cp *c, const char *path)
{
	const char *in = shebang(c, path);
	BUF_AUTO struct buf b = {0};

	if (in && access(path, X_OK) < 0) {
		size_t n = strcspn(in, " \t");

		/* as the kernel: one argument at most */
		cp_word(&b, arena_dup(&c->a, in, n));
		in += n + strspn(in + n, " \t");
		if (*in)
			cp_word(&b, in);
	}
	cp_word(&b, path);
	return arena_strdup(&c->a, buf_str(&b));
}

/* One name per file of a directory, or per line of the older single file. */
static void names(struct cp *c, const char *dir, const char *what,
		  struct cp_name **list)
{
	const char *d = arena_printf(&c->a, "%s/%s.d", dir, what);
	const char *file = arena_printf(&c->a, "%s/%s", dir, what);
	const char *text;

	for (const char **p = cp_list(c, d); *p; p++)
		cp_add(c, list, *p,
		       (struct cp_at){arena_printf(&c->a, "%s/%s", d, *p), 1,
				      0});
	text = cp_is_dir(file) ? NULL : cp_read(c, file);
	if (!text)
		return;
	struct str rest = str_of(text), line;
	for (unsigned n = 1; str_split(&rest, '\n', &line); n++) {
		line = str_trim(line, " \t\r");
		if (line.n && *line.p != '#')
			cp_add(c, list, arena_dup(&c->a, line.p, line.n),
			       (struct cp_at){file, n, 0});
	}
}

static enum cp_type read_type(struct cp *c, const char *dir, unsigned flags)
{
	const char *file = arena_printf(&c->a, "%s/type", dir);
	const char *text = cp_read(c, file);
	struct str s = str_trim(str_of(text ? text : "longrun"), " \t\r\n");

	if (str_is(s, "oneshot"))
		return CP_ONESHOT;
	if (str_is(s, "bundle"))
		return CP_BUNDLE;
	if (!str_is(s, "longrun") || (!text && flags & CP_RC_TYPE))
		cp_find(c, (struct cp_at){file, 1, 0},
			text ? "expected longrun, oneshot or bundle"
			     : "there is no type file");
	return CP_LONGRUN;
}

/* up and down of a oneshot. */
static void script(struct cp *c, struct cp_node *n, const char *dir,
		   const char *what)
{
	const char *file = arena_printf(&c->a, "%s/%s", dir, what);
	const char *in;
	char magic[4];

	if (!cp_exists(file))
		return;
	in = shebang(c, file);
	if ((in && !strstr(in, "execlineb")) ||
	    (file_peek(AT_FDCWD, file, magic, 4, NULL) == 4 &&
	     !memcmp(magic, "\177ELF", 4))) {
		if (access(file, X_OK) == 0) {
			cp_runnable(c, (struct cp_at){.file = file}, file);
			cp_link(c, n, what, file);
		} else {
			cp_script(c, n, what, cp_program(c, file));
		}
		return;
	}
	if (c->o->lint)
		cp_script_runs(c, (struct cp_at){.file = file},
			       cp_read(c, file));
	cp_link(c, n, what, c->self);
	cp_link(c, n, arena_printf(&c->a, "%s.ex", what), file);
}

/* run and finish of a longrun, below `sub` ("" or "log/"). */
static void program(struct cp *c, struct cp_node *n, const char *dir,
		    const char *sub, const char *what)
{
	const char *path = arena_printf(&c->a, "%s/%s%s", dir, sub, what);
	const char *to = arena_printf(&c->a, "%s%s", sub, what);

	if (!cp_exists(path))
		return;
	if (access(path, X_OK) == 0 || !shebang(c, path)) {
		cp_runnable(c, (struct cp_at){.file = path}, path);
		cp_link(c, n, to, path);
	} else {
		cp_script(c, n, to, cp_program(c, path));
	}
}

static bool one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

/* What is made in another way, or by the supervisor. */
static const char *const handled[] = {
	"type",		"dependencies", "dependencies.d", "contents",
	"contents.d",	"run",		"finish",	  "up",
	"down",		"log",		"supervise",	  "event",
	"policy",	"producer-for", "consumer-for",	  "pipeline-name",
	"flag-default", NULL,
};

static void link_rest(struct cp *c, struct cp_node *n, const char *dir,
		      const char *sub)
{
	const char *from = arena_printf(&c->a, "%s/%s", dir, sub);

	for (const char **p = cp_list(c, from); *p; p++)
		if (!one_of(*p, handled))
			cp_link(c, n, arena_printf(&c->a, "%s%s", sub, *p),
				arena_printf(&c->a, "%s/%s%s", dir, sub, *p));
}

static void longrun(struct cp *c, struct cp_node *n, const char *dir,
		    unsigned flags)
{
	if (!cp_exists(arena_printf(&c->a, "%s/run", dir)))
		cp_find(c, n->at, "there is no run file");
	program(c, n, dir, "", "run");
	program(c, n, dir, "", "finish");
	if (flags & CP_RC)
		return;
	if (cp_exists(arena_printf(&c->a, "%s/down", dir)))
		cp_text(c, n, "down", "%s", "");
	if (!cp_is_dir(arena_printf(&c->a, "%s/log", dir)))
		return;
	program(c, n, dir, "log/", "run");
	program(c, n, dir, "log/", "finish");
	link_rest(c, n, dir, "log/");
}

/* s6-rc's limits are policies here; 0 is none in both. */
static void number(struct cp *c, struct cp_node *n, const char *dir,
		   const char *from, const char *to)
{
	const char *file = arena_printf(&c->a, "%s/%s", dir, from);
	const char *text = cp_read(c, file);
	uint64_t v;

	if (!text)
		return;
	if (!num_u64(str_trim(str_of(text), " \t\r\n"), UINT32_MAX, &v))
		cp_find(c, (struct cp_at){file, 1, 0}, "expected a number");
	else if (v)
		cp_text(c, n, to, "%llu\n", (unsigned long long)v);
}

static void pipeline(struct cp *c, struct cp_node *n, const char *dir)
{
	const char *name;

	names(c, dir, "producer-for", &n->producer_for);
	name = cp_read(c, arena_printf(&c->a, "%s/pipeline-name", dir));
	if (name) {
		struct str s = str_trim(str_of(name), " \t\r\n");

		n->pipeline = arena_dup(&c->a, s.p, s.n);
	}
}

/* The base image's own service: flag-default holds the SHA-256 of its run, so
 * that one whose run was replaced is no longer the image's. */
static bool is_default(struct cp *c, const char *dir)
{
	const char *sum =
		cp_read(c, arena_printf(&c->a, "%s/flag-default", dir));
	const char *run =
		sum ? cp_read(c, arena_printf(&c->a, "%s/run", dir)) : NULL;
	char hex[HASH_HEX] = "";
	size_t n = run ? crypto_hash_hex(HASH_SHA256, str_of(run), hex) : 0;

	return run && !strncmp(sum, hex, n);
}

struct cp_node *cp_dir(struct cp *c, const char *dir, const char *name,
		       enum cp_source source, unsigned flags)
{
	struct cp_node *n = cp_node(c, name, read_type(c, dir, flags), source,
				    (struct cp_at){.file = dir});
	const char *policy = arena_printf(&c->a, "%s/policy", dir);

	n->dir = dir;
	n->is_default = is_default(c, dir);
	if (n->type == CP_BUNDLE) {
		names(c, dir, "contents", &n->contents);
		return n;
	}
	names(c, dir, "dependencies", &n->deps);
	for (const char **p = cp_list(c, policy); *p; p++)
		cp_link(c, n, arena_printf(&c->a, "policy/%s", *p),
			arena_printf(&c->a, "%s/%s", policy, *p));
	if (n->type == CP_ONESHOT) {
		script(c, n, dir, "up");
		script(c, n, dir, "down");
		if (!cp_file(n, "up"))
			cp_find(c, n->at, "there is no up file");
	} else {
		longrun(c, n, dir, flags);
		pipeline(c, n, dir);
	}
	number(c, n, dir, "timeout-up", "policy/start-timeout");
	link_rest(c, n, dir, "");
	return n;
}

void cp_dirs(struct cp *c, const char *dir)
{
	for (const char **p = cp_list(c, dir); *p; p++) {
		const char *one = arena_printf(&c->a, "%s/%s", dir, *p);

		if (cp_is_dir(one))
			cp_dir(c, one, *p, CP_DIRS, 0);
	}
}
