// SPDX-License-Identifier: MIT
/* load - everything about a scandir that is on disk, read once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/dir.h"
#include "os/file.h"
#include "survey.h"

enum { LINE = 256, ARENA = 32 << 20 };

int survey_find(char out[PATH_MAX], const char *wanted, struct err *e)
{
	char runtime[PATH_MAX];

	return s6_scandir_find(
		out, wanted,
		runtime_dir(runtime, false, NULL) < 0 ? NULL : runtime, e);
}

void survey_free(struct survey *v)
{
	arena_free(&v->a);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The visible names of a directory, sorted, NULL-terminated; a missing one has
 * none. NULL: no memory, or too many. */
static char **names(struct arena *a, const char *path, size_t max, size_t *n,
		    struct err *e)
{
	char **list = arena_array(a, 1, sizeof(*list));
	size_t cap = 1;
	const char *name;
	struct dir d;

	*n = 0;
	if (dir_open(&d, AT_FDCWD, path, e) < 0)
		return list;
	while (list && *n < max && (name = dir_next(&d))) {
		if (name[0] == '.')
			continue;
		if (*n + 1 == cap) {
			list = arena_grow(a, list, cap * sizeof(*list),
					  cap * 4 * sizeof(*list));
			cap *= 4;
		}
		if (list && !(list[(*n)++] = arena_strdup(a, name)))
			list = NULL;
	}
	dir_close(&d);
	if (!list) {
		err_nomem(e);
		return NULL;
	}
	qsort(list, *n, sizeof(*list), by_name);
	list[*n] = NULL;
	return list;
}

static bool there(const char *dir, const char *file)
{
	char path[PATH_MAX + LINE];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The first line of a file (path), "" when there is none. */
static const char *first_line(struct arena *a, const char *path)
{
	char line[LINE];
	ssize_t n = file_peek(AT_FDCWD, path, line, sizeof(line) - 1, NULL);

	if (n <= 0)
		return "";
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	const char *copy = arena_strdup(a, line);
	return copy ? copy : "";
}

static enum survey_type type_of(struct arena *a, const char *dir)
{
	char path[PATH_MAX + 2 * LINE];

	snprintf(path, sizeof(path), "%s/type", dir);
	const char *word = first_line(a, path);
	return !strcmp(word, "oneshot")	 ? SURVEY_ONESHOT
	       : !strcmp(word, "bundle") ? SURVEY_BUNDLE
					 : SURVEY_LONGRUN;
}

/* What the supervisor wrote. */
static void read_supervise(struct survey *v, struct survey_service *s,
			   const char *dir)
{
	struct s6_death dead[S6_TALLY_DEFAULT];
	char path[PATH_MAX];
	int n;

	s->error = "";
	s->supervised = s6_place(path, dir, S6_LOCK, NULL) == 0 &&
			s6_lock_test(AT_FDCWD, path, NULL) == 1;
	if (!s->supervised || s6_place(path, dir, S6_STATUS, NULL) < 0 ||
	    s6_status_read(AT_FDCWD, path, &s->st, NULL) < 0) {
		s->supervised = false;
		s->st = (struct s6_status){.paused = true};
	}
	s->up = s->supervised && s6_status_up(&s->st);
	s->fresh = s6_status_fresh(&s->st);
	if (s6_place(path, dir, "supervise/last-error", NULL) == 0)
		s->error = first_line(&v->a, path);
	if (s6_place(path, dir, S6_TALLY, NULL) < 0 || access(path, F_OK) < 0)
		return;
	n = s6_tally_read(AT_FDCWD, path, dead, COUNT(dead), NULL);
	if (n > 0 && (s->dead = arena_array(&v->a, (size_t)n, sizeof(*dead)))) {
		memcpy(s->dead, dead, (size_t)n * sizeof(*dead));
		s->deaths = (size_t)n;
	}
}

/* The object of this name (or whose id is it) in a view's list. */
static const struct val *find(const struct val *view, const char *key,
			      const char *name)
{
	const struct val *list = survey_list(view, key);

	for (size_t i = 0; list && i < val_len_list(list); i++) {
		const struct val *x = &list->list->items[i];

		if (str_is(survey_member(x, "name"), name) ||
		    str_is(survey_member(x, "id"), name))
			return x;
	}
	return NULL;
}

/* "PID TEXT", if the pid is the service's. */
static const char *notify_text(struct survey *v, const char *name, pid_t pid)
{
	char runtime[PATH_MAX], path[PATH_MAX + NAME_MAX + 16];
	struct str rest, word;
	int64_t n;

	if (runtime_dir(runtime, false, NULL) < 0)
		return "";
	snprintf(path, sizeof(path), "%s/notify/%s.status", runtime, name);
	rest = str_of(first_line(&v->a, path));
	return str_split(&rest, ' ', &word) && rest.p &&
			       num_i64(word, 1, INT32_MAX, &n) && n == pid
		       ? rest.p
		       : "";
}

static int read_service(struct survey *v, struct survey_service *s,
			const char *name, struct err *e)
{
	char dir[PATH_MAX + NAME_MAX + 2], path[sizeof(dir) + 32];
	size_t n;

	s->name = name;
	snprintf(dir, sizeof(dir), "%s/%s", v->scandir, name);
	if (strlen(dir) + 64 >= PATH_MAX)
		return err_set(e, ENAMETOOLONG, "%s", dir);
	s->type = type_of(&v->a, dir);
	s->normally_down = s->type == SURVEY_LONGRUN && there(dir, "down");
	s->notifies = there(dir, "notification-fd");
	s->essential = there(dir, "policy/essential");
	snprintf(path, sizeof(path), "%s/%s", dir,
		 s->type == SURVEY_BUNDLE ? "contents.d" : "dependencies.d");
	if (!(s->deps = names(&v->a, path, SURVEY_DEPS, &n, e)))
		return -1;
	read_supervise(v, s, dir);
	s->says = s->up ? notify_text(v, name, s->st.pid) : "";
	if (v->reg_state != RUNTIME_ABSENT)
		s->reg = find(&v->reg, "services", name);
	s->why = survey_member(v->of_init ? find(&v->init, "rest", name) : NULL,
			       "why");
	return 0;
}

struct survey_service *survey_get(const struct survey *v, const char *name)
{
	size_t from = 0, to = v->n;

	while (from < to) {
		size_t i = (from + to) / 2;
		int c = strcmp(name, v->s[i].name);

		if (!c)
			return &v->s[i];
		if (c < 0)
			to = i;
		else
			from = i + 1;
	}
	return NULL;
}

/* depth: a bundle may hold itself. */
static bool is_ready(const struct survey *v, const struct survey_service *s,
		     unsigned depth)
{
	switch (s->type) {
	case SURVEY_LONGRUN:
		return s->up && (s->st.ready || !s->notifies);
	case SURVEY_ONESHOT:
		return s->supervised && !s->fresh && !s->st.pid &&
		       s->st.ready && s->st.wstat == 0;
	case SURVEY_BUNDLE:
		break;
	}
	for (char **d = s->deps; *d; d++) {
		const struct survey_service *m = survey_get(v, *d);

		if (m && (depth > 8 || !is_ready(v, m, depth + 1)))
			return false;
	}
	return true;
}

bool survey_ready(const struct survey *v, const struct survey_service *s)
{
	return is_ready(v, s, 0);
}

const struct survey_service *survey_blocker(const struct survey *v,
					    const struct survey_service *s)
{
	for (char **d = s->deps; *d; d++) {
		const struct survey_service *m = survey_get(v, *d);

		if (m && !survey_ready(v, m))
			return m;
	}
	return NULL;
}

static bool ended_well(const struct survey_service *s)
{
	return WIFEXITED(s->st.wstat) && WEXITSTATUS(s->st.wstat) == 0;
}

static enum survey_state state_of(const struct survey *v,
				  const struct survey_service *s)
{
	bool oneshot = s->type == SURVEY_ONESHOT;

	if (s->type == SURVEY_BUNDLE)
		return SURVEY_GROUP;
	if (s->up)
		return oneshot || (s->notifies && !s->st.ready)
			       ? SURVEY_STARTING
			       : SURVEY_UP;
	if (!s->supervised)
		return SURVEY_UNSUPERVISED;
	if (s->st.pid)
		return SURVEY_FINISHING;
	if (s->error[0])
		return SURVEY_FAILING;
	if (s->fresh)
		return (oneshot || s->st.want_up) && survey_blocker(v, s)
			       ? SURVEY_WAITING
			       : SURVEY_DOWN;
	if (oneshot)
		return ended_well(s) ? SURVEY_DONE : SURVEY_FAILED;
	if (s->st.want_up)
		return SURVEY_FAILING;
	return SURVEY_DOWN;
}

static bool same_dir(const char *a, struct str b)
{
	char path[PATH_MAX];
	struct stat x, y;

	snprintf(path, sizeof(path), "%.*s", (int)b.n, b.p);
	return stat(a, &x) == 0 && stat(path, &y) == 0 &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void read_views(struct survey *v)
{
	enum runtime_state state;

	v->of_init =
		runtime_view_read("init", &v->a, &state, &v->init, NULL) == 0 &&
		state == RUNTIME_ALIVE &&
		same_dir(v->scandir, survey_member(&v->init, "scandir"));
	if (runtime_view_read("register", &v->a, &v->reg_state, &v->reg, NULL) <
	    0)
		v->reg_state = RUNTIME_ABSENT;
	if (runtime_view_read("render", &v->a, &v->render_state, &v->render,
			      NULL) < 0)
		v->render_state = RUNTIME_ABSENT;
}

int survey_load(struct survey *v, const char *scandir, struct err *e)
{
	char path[PATH_MAX + 32];
	char **list;

	*v = (struct survey){0};
	arena_init(&v->a, ARENA);
	snprintf(v->scandir, sizeof(v->scandir), "%s", scandir);
	if (access(scandir, R_OK | X_OK) < 0)
		return err_set(e, errno, "unable to read %s", scandir);
	list = names(&v->a, scandir, SURVEY_SERVICES, &v->n, e);
	if (!list)
		goto fail;
	v->s = arena_array(&v->a, v->n + 1, sizeof(*v->s));
	if (!v->s) {
		err_nomem(e);
		goto fail;
	}
	snprintf(path, sizeof(path), "%s/%s", scandir, S6_SCAN_LOCK);
	v->alive = s6_lock_test(AT_FDCWD, path, NULL) == 1;
	v->stopping = there(scandir, ".init/stopping");
	read_views(v);
	tai_now(&v->now);
	for (size_t i = 0; i < v->n; i++)
		if (read_service(v, &v->s[i], list[i], e) < 0)
			goto fail;
	for (size_t i = 0; i < v->n; i++) {
		v->s[i].state = state_of(v, &v->s[i]);
		v->s[i].ready = survey_ready(v, &v->s[i]);
	}
	return 0;
fail:
	survey_free(v);
	return -1;
}
