// SPDX-License-Identifier: MIT
/* lint.c - can a program be executed in this image? Asked by check only: when
 * an image boots, the kernel's answer is the true one. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compile/inner.h"
#include "execline/lex.h"
#include "os/file.h"

/* e_machine and class of this program. */
static bool same_machine(const unsigned char *head)
{
	unsigned char own[20];

	return file_peek(AT_FDCWD, "/proc/self/exe", own, 20, NULL) < 20 ||
	       (!memcmp(own + EI_CLASS, head + EI_CLASS, 2) &&
		!memcmp(own + 18, head + 18, 2));
}

/* "" where the finding's place says it. */
static const char *named(struct cp *c, struct cp_at at, const char *path,
			 const char *sep)
{
	return !strcmp(at.file, path) ? ""
				      : arena_printf(&c->a, "%s%s", path, sep);
}

void cp_script_runs(struct cp *c, struct cp_at at, const char *text)
{
	struct el_words w = {0};
	struct err e;

	if (!text || !c->o->lint)
		return;
	if (el_lex(text, strlen(text), &w, &e) < 0)
		cp_find(c, at, "%s", e.text);
	else if (w.n)
		cp_runnable(c, at, w.bytes.p);
	el_words_free(&w);
}

void cp_runnable(struct cp *c, struct cp_at at, const char *path)
{
	const char *there;
	char head[256];
	struct str s, line;
	ssize_t n;

	if (!c->o->lint || *path != '/')
		return;
	there = *c->o->root && strncmp(path, c->o->root, strlen(c->o->root))
			? cp_path(c, "%s", path) : path;
	n = file_peek(AT_FDCWD, there, head, sizeof(head), NULL);
	if (n < 0) {
		cp_find(c, at, "%s%s", named(c, at, path, ": "),
			strerror(errno));
		return;
	}
	if (access(there, X_OK) < 0) {
		cp_find(c, at, "%sis not executable", named(c, at, path, " "));
		return;
	}
	s = str_n(head, (size_t)n);
	if (n >= 20 && !memcmp(head, ELFMAG, SELFMAG)) {
		if (!same_machine((unsigned char *)head))
			cp_find(c, at, "%sis for another architecture",
				named(c, at, path, " "));
	} else if (!str_prefix(s, STR("#!"))) {
		cp_find(c, at, "%shas no interpreter line",
			named(c, at, path, " "));
	} else {
		str_split(&s, '\n', &line);
		line = str_trim(str_cut(line, 2, line.n), " \t\r");
		line.n = strcspn(arena_dup(&c->a, line.p, line.n), " \t");
		there = cp_path(c, "%.*s", (int)line.n, line.p);
		if (access(there, X_OK) < 0)
			cp_find(c, at, "%sits interpreter %.*s is not there",
				named(c, at, path, ": "), (int)line.n, line.p);
	}
}
