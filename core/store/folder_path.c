// SPDX-License-Identifier: MIT
/* folder_path - keys as file names, and opening them without ever leaving the
 * store's folder.
 *
 * %XX stands for: NUL; a dot at the start; % before two hexadecimal digits. A
 * part that is empty ("a//b") is "%", and a part "%" is "%25". Every other
 * name is its own key, so a folder that people filled by hand reads as they
 * expect. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fd.h"
#include "store/folder.h"

static bool hex2(struct str s, size_t i)
{
	return i + 2 < s.n && ascii_hex((unsigned char)s.p[i + 1]) >= 0 &&
	       ascii_hex((unsigned char)s.p[i + 2]) >= 0;
}

int folder_encode(struct buf *b, struct str part, struct err *e)
{
	size_t start = b->len;

	if (!part.n)
		buf_addc(b, '%');
	for (size_t i = 0; i < part.n; i++) {
		char c = part.p[i];

		if (!c || (c == '.' && i == 0) ||
		    (c == '%' && (part.n == 1 || hex2(part, i))))
			buf_addf(b, "%%%02X", (unsigned char)c);
		else
			buf_addc(b, c);
	}
	if (b->failed)
		return err_nomem(e);
	if (b->len - start > FOLDER_PART)
		return err_set(e, 0, "a part of the key is longer than %d bytes",
			       FOLDER_PART);
	return 0;
}

struct str folder_decode(const char *name, char *out)
{
	struct str s = str_of(name);
	size_t n = 0;

	if (!strcmp(name, "%"))
		return STR("");
	for (size_t i = 0; i < s.n && n < FOLDER_PART; i++) {
		if (s.p[i] == '%' && hex2(s, i)) {
			out[n++] = (char)(ascii_hex((unsigned char)s.p[i + 1]) *
						  16 +
					  ascii_hex((unsigned char)s.p[i + 2]));
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	out[n] = '\0';
	return str_n(out, n);
}

int folder_key_path(struct buf *b, const char *key, struct err *e)
{
	struct str rest = str_of(key), part;
	int parts = 0;

	if (!rest.n)
		return err_set(e, 0, "missing key name");
	buf_adds(b, "kv");
	while (str_split(&rest, '/', &part)) {
		if (++parts > FOLDER_DEPTH)
			return err_set(e, 0, "the key has more than %d parts",
				       FOLDER_DEPTH);
		buf_addc(b, '/');
		if (!part.n && !rest.p)
			return buf_adds(b, ".folder") < 0 ? err_nomem(e) : 0;
		if (folder_encode(b, part, e) < 0)
			return -1;
	}
	return b->failed ? err_nomem(e) : 0;
}

/* --- opening --- */

/* The walk for kernels (and sandboxes) without openat2: one part at a time,
 * with the folders passed on a stack, so that ".." pops and never leaves. */
struct walk {
	int stack[FOLDER_DEPTH];
	int n;
	int links; /* followed so far */
};

static void pop_to(struct walk *w, int n)
{
	while (w->n > n)
		close(w->stack[--w->n]);
}

static int step(const struct folder *f, struct walk *w, const char *path,
		int flags);

/* Follows a link found in the folder on top. */
static int follow(const struct folder *f, struct walk *w, int top,
		  const char *name, const char *rest, int flags)
{
	struct buf BUF_AUTO next = {0};
	char target[1024];
	ssize_t n = readlinkat(top, name, target, sizeof(target) - 1);

	if (n < 0 || ++w->links > 40 || target[0] == '/') {
		errno = n < 0 ? errno : w->links > 40 ? ELOOP : EXDEV;
		return -1;
	}
	target[n] = '\0';
	buf_addf(&next, "%s%s%s", target, *rest ? "/" : "", rest);
	return step(f, w, buf_str(&next), flags);
}

static int enter(struct walk *w, int top, const char *name)
{
	int fd = openat(top, name, O_PATH | O_NOFOLLOW | O_DIRECTORY |
					   O_CLOEXEC);

	if (fd >= 0 && w->n == FOLDER_DEPTH) {
		close(fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	if (fd >= 0)
		w->stack[w->n++] = fd;
	return fd;
}

static int step(const struct folder *f, struct walk *w, const char *path,
		int flags)
{
	while (*path) {
		char name[FOLDER_PART + 1];
		size_t n = strcspn(path, "/");
		const char *rest = path + n + strspn(path + n, "/");
		int top = w->n ? w->stack[w->n - 1] : f->root;
		struct stat st;

		if (n > FOLDER_PART) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		path = rest;
		if (!n || !strcmp(name, "."))
			continue;
		if (!strcmp(name, "..")) {
			if (!w->n) {
				errno = EXDEV;
				return -1;
			}
			pop_to(w, w->n - 1);
			continue;
		}
		if (fstatat(top, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
		if (S_ISLNK(st.st_mode))
			return follow(f, w, top, name, rest, flags);
		if (!*rest)
			return openat(top, name,
				      flags | O_NOFOLLOW | O_CLOEXEC);
		if (enter(w, top, name) < 0)
			return -1;
	}
	return openat(w->n ? w->stack[w->n - 1] : f->root, ".",
		      flags | O_CLOEXEC);
}

static int walk_at(const struct folder *f, const char *path, int flags)
{
	struct walk w = {.n = 0};
	int fd = step(f, &w, path, flags), num = errno;

	pop_to(&w, 0);
	errno = num;
	return fd;
}

int folder_at(const struct folder *f, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	if (f->root < 0) {
		errno = ENOENT;
		return -1;
	}
	do
		fd = syscall(SYS_openat2, f->root, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return walk_at(f, path, flags);
	return (int)fd;
}
