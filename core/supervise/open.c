// SPDX-License-Identifier: MIT
/* open.c - beginning to supervise a directory: what is made there, in which
 * order and with which modes (s6's, so that its tools find all they expect).
 * Where supervise/ or event/ cannot be made inside, BASEBOX_STATE names
 * another place. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "s6/control.h"
#include "s6/fifodir.h"
#include "s6/lock.h"
#include "s6/place.h"
#include "s6/tally.h"
#include "supervise/inner.h"

enum { LINK_MAX_LEN = 512 }; /* longest target of a dangling link, as in s6 */

/* What is to be made for `name`: itself, or the place to which it points as a
 * symlink when nothing is there yet. */
static const char *place_of(int at, const char *name, char link[LINK_MAX_LEN])
{
	struct stat st;
	ssize_t n;

	if (fstatat(at, name, &st, 0) == 0 || errno != ENOENT)
		return name;
	n = readlinkat(at, name, link, LINK_MAX_LEN);
	if (n <= 0 || n >= LINK_MAX_LEN)
		return name;
	link[n] = '\0';
	return link;
}

static int make_supervise(int at, struct err *e)
{
	char link[LINK_MAX_LEN];
	const char *path = place_of(at, S6_SUPERVISE, link);
	struct stat st;

	if (mkdirat(at, path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_set(e, errno, "unable to mkdir %s", path);
	if (fstatat(at, path, &st, 0) < 0)
		return err_set(e, errno, "unable to stat %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_say(e, ENOTDIR, "%s exists and is not a directory",
			       path);
	return 0;
}

static int make_event(int at, struct err *e)
{
	char link[LINK_MAX_LEN];

	return s6_fifodir_make(at, place_of(at, S6_EVENT, link), getegid(),
			       false, e) < 0
		       ? -1
		       : 0;
}

/* Opens the service's directory below BASEBOX_STATE, once. */
static int open_state(struct service *s, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;

	if (s->home != s->dir)
		return s->home;
	if (fstat(s->dir, &st) < 0 || !s6_state_dir(path, &st))
		return -1;
	if (file_mkdirs(AT_FDCWD, path, 0755, e) < 0)
		return -1;
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Only a place that cannot be written is left for another one. */
static bool elsewhere(int num)
{
	return num == EROFS || num == EACCES || num == EPERM;
}

static int make_dirs(struct service *s, struct err *e)
{
	int fd;

	if (make_event(s->dir, e) < 0) {
		int num = e->num;

		fd = elsewhere(num) ? open_state(s, NULL) : -1;
		if (fd < 0)
			return -1;
		s->event_home = fd;
		if (make_event(fd, e) < 0)
			return -1;
	}
	if (make_supervise(s->dir, e) < 0) {
		fd = s->event_home;
		if (!elsewhere(e->num))
			return -1;
		if (fd == s->dir && (fd = open_state(s, NULL)) < 0)
			return -1;
		s->home = fd;
		return make_supervise(fd, e);
	}
	return 0;
}

/* Everything whose mode must not depend on the umask. */
static int make_files(struct service *s, struct err *e)
{
	if (make_dirs(s, e) < 0)
		return -1;
	s->lock = s6_lock_take(s->home, S6_LOCK, 0644, e);
	if (s->lock < 0)
		return e->num != EBUSY ? -1
				       : err_say(e, EBUSY,
						 "another instance of "
						 "s6-supervise is already "
						 "running");
	s->control.fd = fd_fifo(s->home, S6_CONTROL, 0600, e);
	return s->control.fd < 0 ? -1 : 0;
}

/* A file control-group names who, beside the owner, may watch and command this
 * service, watch-group who may watch it: what s6-svperms would give to that
 * group. Those of the base image are no matter to another user than root. */
static void grant(struct service *s)
{
	char name[64], link[LINK_MAX_LEN];
	bool commands = service_has(s, "control-group");
	const char *file = commands ? "control-group" : "watch-group";
	int FD_AUTO fd =
		openat(s->dir, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
	uint64_t number;
	const char *place;
	gid_t gid = 0;

	if (n <= 0)
		return;
	name[n] = '\0';
	name[strcspn(name, " \t\r\n")] = '\0';
	if (num_arg(name, UINT32_MAX - 1, &number)) {
		gid = (gid_t)number;
	} else if (group_find(name, &gid, NULL) <= 0) {
		service_warn(s, 0, "%s: no group %s", file, name);
		return;
	}
	place = place_of(s->home, S6_SUPERVISE, link);
	if (fchownat(s->home, place, (uid_t)-1, gid, 0) < 0 ||
	    fchmodat(s->home, place, 0710, 0) < 0 ||
	    (commands && (fchown(s->control.fd, (uid_t)-1, gid) < 0 ||
			  fchmod(s->control.fd, 0620) < 0)) ||
	    fchownat(s->event_home, S6_EVENT, (uid_t)-1, gid, 0) < 0 ||
	    fchmodat(s->event_home, S6_EVENT, 03730, 0) < 0) {
		if (commands || errno != EPERM)
			service_warn(s, errno, "%s %s", file, name);
	}
}

/* The status a supervisor starts with; pid 0 and paused = never started. */
static void first_status(struct service *s)
{
	memset(&s->status, 0, sizeof(s->status));
	tai_now(&s->status.stamp);
	s->status.ready_stamp = s->status.stamp;
	s->status.ready = true;
	s->status.paused = true;
	s->status.want_up = !service_has(s, "down");
}

static int open_all(struct service *s, struct err *e)
{
	mode_t mask = umask(0);
	int r = make_files(s, e);

	umask(mask);
	if (r < 0)
		return -1;
	if (s6_fifodir_clean(s->event_home, S6_EVENT, e) < 0)
		service_warn(s, 0, "%s", e->text);
	if (s6_tally_clear(s->home, S6_TALLY, e) < 0)
		service_warn(s, 0, "%s", e->text);
	unlinkat(s->home, "supervise/last-error", 0);
	grant(s);
	return service_listen(s, e);
}

int service_open(struct service *s, int dir, struct err *e)
{
	struct service old = *s;

	memset(s, 0, sizeof(*s));
	s->sup = old.sup;
	s->owner = old.owner;
	s->name = old.name;
	s->in = old.in;
	s->out = old.out;
	s->err = old.err;
	s->dir = s->home = s->event_home = dir;
	s->lock = s->control.fd = s->notify.fd = s->start.status_fd = -1;
	if (open_all(s, e) < 0) {
		service_close(s);
		return -1;
	}
	s->state = SERVICE_DOWN;
	s->next = s->sup->all;
	s->link = &s->sup->all;
	if (s->next)
		s->next->link = &s->next;
	s->sup->all = s;
	first_status(s);
	service_publish(s, "s");
	if (s->status.want_up)
		service_schedule(s, 0);
	return 0;
}
