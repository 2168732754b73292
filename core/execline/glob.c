// SPDX-License-Identifier: MIT
/* glob - file names that match a pattern, as a value of several words. */
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "base.h"
#include "execline.h"

static int warn(const char *path, int num)
{
	say_warnsys(num, "while globbing %s", path);
	return 0;
}

void el_glob(struct el_values *v, const struct el_glob *how, const char *key,
	     const char *pattern)
{
	static const struct {
		unsigned ours;
		int flag;
	} map[] = {
		{EL_GLOB_MARK, GLOB_MARK},
		{EL_GLOB_NOESCAPE, GLOB_NOESCAPE},
		{EL_GLOB_DIE, GLOB_ERR},
	};
	struct el_words *w = el_values_add(v, key);
	int flags = 0, r;
	glob_t g;

	for (size_t i = 0; i < COUNT(map); i++)
		if (how->flags & map[i].ours)
			flags |= map[i].flag;
	if (!(how->flags & EL_GLOB_SORT))
		flags |= GLOB_NOSORT;
	if (!(how->flags & EL_GLOB_NULL))
		flags |= GLOB_NOCHECK;
	r = glob(pattern, flags, how->flags & EL_GLOB_WARN ? warn : NULL, &g);
	if (r == GLOB_NOMATCH)
		return;
	if (r)
		die_sys(111, errno, "unable to glob");
	for (size_t i = 0; i < g.gl_pathc; i++)
		el_words_add(w, g.gl_pathv[i]);
	globfree(&g);
}
