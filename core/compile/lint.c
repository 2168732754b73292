// SPDX-License-Identifier: MIT
/* lint.c - can a program be executed in this image? Asked by check only: when
 * an image boots, the kernel's answer is the true one. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/file.h"

/* e_machine and class of this program. */
static bool same_machine(const unsigned char *head)
{
	unsigned char own[20];

	return file_peek(AT_FDCWD, "/proc/self/exe", own, 20, NULL) < 20 ||
	       (!memcmp(own + EI_CLASS, head + EI_CLASS, 2) &&
		!memcmp(own + 18, head + 18, 2));
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
		cp_find(c, at, "%s: %s", path, strerror(errno));
		return;
	}
	if (access(there, X_OK) < 0) {
		cp_find(c, at, "%s is not executable", path);
		return;
	}
	s = str_n(head, (size_t)n);
	if (n >= 20 && !memcmp(head, ELFMAG, SELFMAG)) {
		if (!same_machine((unsigned char *)head))
			cp_find(c, at, "%s is for another architecture", path);
	} else if (!str_prefix(s, STR("#!"))) {
		cp_find(c, at, "%s has no interpreter line", path);
	} else {
		str_split(&s, '\n', &line);
		line = str_trim(str_cut(line, 2, line.n), " \t\r");
		line.n = strcspn(arena_dup(&c->a, line.p, line.n), " \t");
		there = cp_path(c, "%.*s", (int)line.n, line.p);
		if (access(there, X_OK) < 0)
			cp_find(c, at, "%s: its interpreter %.*s is not there",
				path, (int)line.n, line.p);
	}
}
