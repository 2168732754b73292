// SPDX-License-Identifier: MIT
/* find_words.c - see find_words.h. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base.h"
#include "find_words.h"

/* Scripts use the words of this program by their names: the folder that they
 * are in, and s6-overlay's, belong to PATH. */
static void add_path(const char *dir)
{
	const char *path = getenv("PATH");
	BUF_AUTO struct buf b = {0};
	struct str rest = str_of(path), part;

	buf_addf(&b, "%s/execlineb", dir);
	if (access(buf_str(&b), X_OK) < 0)
		return;
	while (path && str_split(&rest, ':', &part))
		if (str_is(part, dir))
			return;
	buf_reset(&b);
	buf_addf(&b, "%s:%s", dir, path && *path ? path : "/usr/bin:/bin");
	if (b.failed || setenv("PATH", b.p, 1) < 0)
		say_warnsys(ENOMEM, "unable to set PATH");
}

void find_words(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	add_path("/command");
	while (n > 0 && self[n - 1] != '/')
		n--;
	if (n > 1) {
		self[n - 1] = '\0';
		add_path(self);
	}
}
