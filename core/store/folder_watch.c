// SPDX-License-Identifier: MIT
/* folder_watch - which folders are watched for which waiting calls.
 *
 * A watch is made before its folder is listed and is kept for a while after
 * its last call, so that what changes between two fetches of the same key is
 * not lost. Registrations are watched for renames only: the liveness beside
 * them is rewritten in place and must wake nobody. Where inotify does not
 * work (network file systems, no watches left) everything is scanned every
 * two seconds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store/folder.h"

enum { WATCHES_IDLE = 4096 }; /* kept without a call */

struct watch {
	struct watch *next;
	int wd;
	char *path;
	unsigned refs;
	uint64_t changed;            /* the folder's index after its last event */
	struct interest *interests;
};

/* One call looks at one name of one folder. */
struct interest {
	struct interest *next;       /* of the call */
	struct interest *wnext, **wprev; /* of the watch */
	struct watch *w;
	struct folder_call *c;
	char *name;                  /* NULL: any */
};

static void start_polling(struct folder *f, const char *why)
{
	if (!f->polling)
		log_warn("store", "unable to watch %s (%s): looking every 2s",
			 f->path, why);
	f->polling = true;
}

/* File systems whose changes by others inotify does not see. */
static bool remote(int fd)
{
	static const unsigned long magic[] = {
		0x6969,     /* NFS */
		0xFF534D42, /* CIFS */
		0xFE534D42, /* SMB2 */
		0x65735546, /* FUSE, virtiofs */
		0x01021997, /* 9P */
		0x00C36400, /* Ceph */
	};
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < COUNT(magic); i++)
		if (((unsigned long)st.f_type & 0xFFFFFFFF) == magic[i])
			return true;
	return false;
}

/* --- events --- */

static void free_watch(struct folder *f, struct watch *w)
{
	struct watch **at = &f->watches;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	f->nwatches--;
	if (w->wd >= 0)
		inotify_rm_watch(f->inotify, w->wd);
	free(w->path);
	free(w);
}

static bool concerns(const struct interest *i, const char *name)
{
	/* Names in two dots are how a ConfigMap swaps all its files. */
	return !i->name || !name || !strcmp(i->name, name) ||
	       !strncmp(name, "..", 2);
}

static void mark(struct watch *w, const char *name, uint64_t index)
{
	w->changed = index;
	for (struct interest *i = w->interests; i; i = i->wnext)
		if (concerns(i, name))
			i->c->marked = true;
}

static void on_event(struct folder *f, const struct inotify_event *ev)
{
	const char *name = ev->len ? ev->name : NULL;

	f->index++;
	for (struct watch *w = f->watches; w; w = w->next) {
		if (ev->mask & IN_Q_OVERFLOW)
			mark(w, NULL, f->index);
		if (w->wd != ev->wd)
			continue;
		if (ev->mask & IN_IGNORED)
			w->wd = -1; /* its folder is gone */
		mark(w, ev->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)
				? NULL : name, f->index);
	}
}

static void on_readable(struct loop_fd *lw, uint32_t events)
{
	struct folder *f = lw->ctx;
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	(void)events;
	while ((n = read(f->inotify, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			struct inotify_event *ev = (void *)p;

			on_event(f, ev);
			p += sizeof(*ev) + ev->len;
		}
	folder_wake(f);
}

/* --- watches --- */

static uint32_t mask_of(const char *path)
{
	uint32_t m = IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE |
		     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

	return strncmp(path, "services", 8) ? m | IN_CLOSE_WRITE : m;
}

/* inotify takes names only, so the opened folder is named through /proc. */
static int add(struct folder *f, const char *path)
{
	char name[64];
	int fd = folder_at(f, *path ? path : ".", O_PATH | O_DIRECTORY), wd;

	if (fd < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	wd = inotify_add_watch(f->inotify, name, mask_of(path));
	if (wd < 0 && errno == ENOENT) { /* no /proc here */
		struct buf BUF_AUTO full = {0};

		buf_addf(&full, "%s/%s", f->path, path);
		wd = inotify_add_watch(f->inotify, buf_str(&full),
				       mask_of(path));
	}
	if (wd < 0 && errno != ENOTDIR && errno != ENOENT)
		start_polling(f, strerror(errno));
	close(fd);
	return wd;
}

static struct watch *find(struct folder *f, const char *path)
{
	for (struct watch *w = f->watches; w; w = w->next)
		if (!strcmp(w->path, path))
			return w;
	return NULL;
}

/* Watches without a call go when there are many of them. */
static void prune(struct folder *f)
{
	struct watch *w, *next;

	if (f->nwatches < WATCHES_IDLE)
		return;
	for (w = f->watches; w; w = next) {
		next = w->next;
		if (!w->refs)
			free_watch(f, w);
	}
}

static struct watch *get(struct folder *f, const char *path)
{
	struct watch *w = find(f, path);
	bool fresh = !w;

	if (w && w->wd >= 0)
		return w;
	if (fresh) {
		prune(f);
		w = calloc(1, sizeof(*w));
		if (!w || !(w->path = strdup(path))) {
			free(w);
			return NULL;
		}
		w->next = f->watches;
		f->watches = w;
		f->nwatches++;
	}
	/* A second name of the same folder gets the same number: events are
	 * marked on both. */
	w->wd = add(f, path);
	if (fresh || w->wd >= 0)
		w->changed = ++f->index;
	return w;
}

void folder_look(struct folder *f, struct folder_call *c, const char *path,
		 const char *name)
{
	struct interest *i;
	struct watch *w;

	if (!c || f->polling || f->root < 0)
		return;
	w = get(f, path);
	i = w ? calloc(1, sizeof(*i)) : NULL;
	if (!i || (name && !(i->name = strdup(name)))) {
		free(i);
		start_polling(f, "out of memory");
		return;
	}
	i->w = w;
	i->c = c;
	i->next = c->interests;
	c->interests = i;
	i->wnext = w->interests;
	i->wprev = &w->interests;
	if (i->wnext)
		i->wnext->wprev = &i->wnext;
	w->interests = i;
	w->refs++;
}

bool folder_changed(const struct folder_call *c, uint64_t index)
{
	for (struct interest *i = c->interests; i; i = i->next)
		if (i->w->changed > index)
			return true;
	return false;
}

void folder_forget(struct folder *f, struct folder_call *c)
{
	struct interest *i, *next;

	for (i = c->interests; i; i = next) {
		next = i->next;
		*i->wprev = i->wnext;
		if (i->wnext)
			i->wnext->wprev = i->wprev;
		/* A folder that is gone is watched anew when it is back. */
		if (!--i->w->refs && i->w->wd < 0)
			free_watch(f, i->w);
		free(i->name);
		free(i);
	}
	c->interests = NULL;
}

int folder_watch_open(struct folder *f)
{
	f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->inotify < 0) {
		start_polling(f, strerror(errno));
		return 0;
	}
	if (f->root >= 0 && remote(f->root))
		start_polling(f, "a network file system");
	return loop_watch(f->s->loop, &f->w, f->inotify, EPOLLIN, on_readable,
			  f, NULL);
}

void folder_watch_close(struct folder *f)
{
	while (f->watches)
		free_watch(f, f->watches);
	loop_unwatch(&f->w);
	if (f->inotify >= 0)
		close(f->inotify);
}
