// SPDX-License-Identifier: MIT
/* Where the state of a service is, and which scandir is meant. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "s6/lock.h"
#include "s6/place.h"

static bool fits(int n)
{
	return n >= 0 && n < PATH_MAX;
}

bool s6_state_dir(char out[PATH_MAX], const struct stat *st)
{
	const char *state = getenv("BASEBOX_STATE");

	return state && *state &&
	       fits(snprintf(out, PATH_MAX, "%s/%llu-%llu", state,
			     (unsigned long long)st->st_dev,
			     (unsigned long long)st->st_ino));
}

/* The same file below BASEBOX_STATE, when its first part exists there and not
 * in the service directory. */
static bool elsewhere(char out[PATH_MAX], const char *dir, const char *file)
{
	char state[PATH_MAX];
	struct stat st;
	int first = (int)strcspn(file, "/");

	if (!getenv("BASEBOX_STATE") || stat(dir, &st) < 0 ||
	    !s6_state_dir(state, &st) ||
	    !fits(snprintf(out, PATH_MAX, "%s/%.*s", dir, first, file)) ||
	    faccessat(AT_FDCWD, out, F_OK, 0) == 0)
		return false;
	if (!fits(snprintf(out, PATH_MAX, "%s/%.*s", state, first, file)) ||
	    faccessat(AT_FDCWD, out, F_OK, 0) < 0)
		return false;
	return fits(snprintf(out, PATH_MAX, "%s/%s", state, file));
}

int s6_place(char out[PATH_MAX], const char *dir, const char *file,
	     struct err *e)
{
	if (elsewhere(out, dir, file) ||
	    fits(snprintf(out, PATH_MAX, "%s/%s", dir, file)))
		return 0;
	return err_set(e, ENAMETOOLONG, "unable to access %s/%s", dir, file);
}

static bool supervised(const char *scandir)
{
	char lock[PATH_MAX];

	return fits(snprintf(lock, sizeof lock, "%s/%s", scandir,
			     S6_SCAN_LOCK)) &&
	       s6_lock_test(AT_FDCWD, lock, NULL) == 1;
}

int s6_scandir_find(char out[PATH_MAX], const char *wanted,
		    const char *runtime, struct err *e)
{
	static const char *const usual[] = {"/run/service", "/etc/s6"};

	if (!wanted)
		wanted = getenv("BASEBOX_SCANDIR");
	if (wanted && *wanted) {
		if (!fits(snprintf(out, PATH_MAX, "%s", wanted)))
			return err_set(e, ENAMETOOLONG, "scandir");
		return 0;
	}
	if (runtime && fits(snprintf(out, PATH_MAX, "%s/scandir", runtime)) &&
	    supervised(out))
		return 0;
	for (size_t i = 0; i < COUNT(usual); i++) {
		snprintf(out, PATH_MAX, "%s", usual[i]);
		if (supervised(out))
			return 0;
	}
	err_set(e, 0, "no supervised scandir: looked at %s%s%s and %s",
		runtime ? runtime : "", runtime ? "/scandir, " : "", usual[0],
		usual[1]);
	if (e)
		e->num = ENOENT;
	return -1;
}
