// SPDX-License-Identifier: MIT
#include "supervise_help.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[64];

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

void rig_begin(void)
{
	memcpy(root, "/tmp/supervise.XXXXXX", 22);
	must(mkdtemp(root) && chdir(root) == 0, "rig_begin");
}

static int drop(const char *path, const struct stat *st, int type,
		struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

void rig_end(void)
{
	must(chdir("/") == 0, "rig_end");
	nftw(root, drop, 16, FTW_DEPTH | FTW_PHYS);
}

void rig_put(const char *dir, const char *file, const char *text)
{
	bool script = !strcmp(file, "run") || !strcmp(file, "finish");
	char path[256];
	FILE *f;

	must(mkdir(dir, 0755) == 0 || errno == EEXIST, dir);
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	unlink(path);
	f = fopen(path, "w");
	must(f != NULL, path);
	fprintf(f, "%s%s\n", script ? "#!/bin/sh\n" : "", text);
	must(fclose(f) == 0 && chmod(path, script ? 0755 : 0644) == 0, path);
}

static void on_signal(void *ctx, int sig)
{
	struct rig *r = ctx;

	(void)sig;
	supervisor_reap(&r->sup);
}

void rig_loop(struct rig *r)
{
	static const int list[] = {SIGCHLD, 0};

	memset(r, 0, sizeof(*r));
	signal_no_pipe();
	must(loop_init(&r->loop, NULL) == 0, "loop_init");
	must(signals_open(&r->signals, &r->loop, list, on_signal, r, NULL) ==
		     0,
	     "signals_open");
	supervisor_init(&r->sup, &r->loop);
}

void rig_loop_end(struct rig *r)
{
	signals_close(&r->signals);
	loop_free(&r->loop);
}

int rig_open(struct rig *r, struct service *s, const char *dir, struct err *e)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	must(fd >= 0, dir);
	s->sup = &r->sup;
	s->name = dir;
	s->in = 0;
	s->out = 1;
	s->err = 2;
	return service_open(s, fd, e);
}

bool rig_until(struct rig *r, bool (*done)(void *), void *arg, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while (!done(arg)) {
		if (clock_mono_ms() > end)
			return false;
		/* What is waited for may be no event of this loop. */
		must(loop_turn(&r->loop, clock_mono_ms() + 10, NULL) == 0,
		     "loop_turn");
	}
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

void rig_for(struct rig *r, int ms)
{
	rig_until(r, never, NULL, ms);
}

struct wanted {
	struct service *s;
	enum service_state state;
};

static bool is_in(void *arg)
{
	struct wanted *w = arg;

	return w->s->state == w->state;
}

bool rig_state(struct rig *r, struct service *s, enum service_state state,
	       int ms)
{
	struct wanted w = {s, state};

	return rig_until(r, is_in, &w, ms);
}

int rig_fds(void)
{
	struct dir d;
	int n = 0;

	must(dir_open(&d, AT_FDCWD, "/proc/self/fd", NULL) == 0, "fds");
	while (dir_next(&d))
		n++;
	dir_close(&d);
	return n - 1;
}

int rig_lines(const char *path)
{
	FILE *f = fopen(path, "r");
	int c, n = 0;

	if (!f)
		return 0;
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}
