// SPDX-License-Identifier: MIT
/* dir - which folder is the runtime directory; see runtime.h. */
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"

/* What was tried and why not, for the message when nothing is usable. */
struct tried {
	char text[1024];
	size_t n;
};

static void note(struct tried *t, const char *path, const char *why)
{
	int k = snprintf(t->text + t->n, sizeof(t->text) - t->n, "%s%s (%s)",
			 t->n ? ", " : "", path, why);

	if (k > 0 && (size_t)k < sizeof(t->text) - t->n)
		t->n += (size_t)k;
}

static bool shared(const struct stat *st)
{
	return !st->st_uid && st->st_gid == RUNTIME_GID &&
	       (st->st_mode & 01022) == 01020;
}

static const char *why_not(const struct stat *st, bool make)
{
	uid_t me = geteuid();

	if (!S_ISDIR(st->st_mode))
		return "not a directory";
	if (shared(st))
		return NULL;
	if (st->st_uid != me && (make || (st->st_uid && me)))
		return "owned by somebody else";
	if (st->st_mode & 022)
		return "writable by others";
	return NULL;
}

static bool usable(const char *path, bool make, struct tried *t)
{
	const char *why;
	struct stat st;

	if (strlen(path) >= PATH_MAX - 64) {
		note(t, path, "name too long");
		return false;
	}
	if (make && mkdir(path, 0755) < 0 && errno != EEXIST) {
		note(t, path, strerror(errno));
		return false;
	}
	if (lstat(path, &st) < 0) {
		note(t, path, strerror(errno));
		return false;
	}
	why = why_not(&st, make);
	if (!why && make && access(path, W_OK) < 0)
		why = strerror(errno);
	if (why)
		note(t, path, why);
	return !why;
}

int runtime_dir(char out[PATH_MAX], bool make, struct err *e)
{
	const char *said = getenv("BASEBOX_RUNTIME"), *tmp = getenv("TMPDIR");
	struct tried t = {.n = 0};
	unsigned uid = (unsigned)geteuid();

	t.text[0] = '\0';
	if (said && *said) {
		if (make && file_mkdirs(AT_FDCWD, said, 0755, e) < 0)
			return err_wrap(e, "no runtime directory");
		snprintf(out, PATH_MAX, "%s", said);
		if (usable(said, make, &t))
			return 0;
		return err_set(e, 0, "no runtime directory: %s", t.text);
	}
	snprintf(out, PATH_MAX, "/run/basebox");
	if (usable(out, make, &t))
		return 0;
	if (tmp && *tmp == '/' && strlen(tmp) < PATH_MAX - 64) {
		snprintf(out, PATH_MAX, "%s/basebox-%u", tmp, uid);
		if (usable(out, make, &t))
			return 0;
	}
	snprintf(out, PATH_MAX, "/tmp/basebox-%u", uid);
	if (usable(out, make, &t))
		return 0;
	return err_set(e, 0, "no runtime directory: %s", t.text);
}

const char *runtime_boot_id(char out[40])
{
	ssize_t n = file_peek(AT_FDCWD, "/proc/sys/kernel/random/boot_id", out,
			      36, NULL);

	out[n > 0 ? n : 0] = '\0';
	return out;
}
