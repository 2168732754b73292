// SPDX-License-Identifier: MIT
/* proc - starting command lines as the original does: one element with white
 * space goes to `sh -c` in a process group of its own; one word, or a list, is
 * executed directly in ours. Where the image has no shell, a string that is
 * only words is split and executed. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/spawn.h"
#include "render/runner.h"

static bool runnable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

/* Go's exec.LookPath: our own PATH, not the child's. */
static bool look_path(const char *name, char out[PATH_MAX])
{
	const char *path = getenv("PATH");
	struct str rest = str_of(path ? path : ""), part;
	size_t n = strlen(name);

	while (str_split(&rest, ':', &part)) {
		if (!part.n || part.n + n + 2 > PATH_MAX)
			continue;
		memcpy(out, part.p, part.n);
		out[part.n] = '/';
		memcpy(out + part.n + 1, name, n + 1);
		if (runnable(out))
			return true;
	}
	return false;
}

static bool find_shell(char out[PATH_MAX])
{
	static const char *const places[] = {"/bin/sh", "/usr/bin/sh"};

	if (look_path("sh", out))
		return true;
	for (size_t i = 0; i < COUNT(places); i++)
		if (runnable(places[i])) {
			memcpy(out, places[i], strlen(places[i]) + 1);
			return true;
		}
	return false;
}

static bool only_words(const char *s)
{
	return !s[strcspn(s, "|&;<>()$`\\\"'*?[]#~=%!{}\n")];
}

static char **words(const char *line, struct arena *a)
{
	static const char blank[] = " \t\v\f\r";
	char **v = arena_array(a, strlen(line) / 2 + 2, sizeof(*v));
	size_t n = 0;

	while (v && *(line += strspn(line, blank))) {
		size_t len = strcspn(line, blank);

		v[n++] = arena_dup(a, line, len);
		line += len;
	}
	return v;
}

/* The arguments of a command line, in the arena. */
static int arguments(const struct render_list *c,
		     const struct render_config *conf, struct arena *a,
		     char shell[PATH_MAX], char ***argv, bool *group,
		     struct err *e)
{
	char **v = arena_array(a, c->n + 4, sizeof(*v));
	const char *line = c->items[0];

	if (!v)
		return err_nomem(e);
	*argv = v;
	*group = c->n == 1 && line[strcspn(line, " \t\n\v\f\r")];
	for (size_t i = 0; !*group && i < c->n; i++)
		v[i] = arena_strdup(a, c->items[i]);
	if (!*group)
		return 0;
	if (find_shell(shell)) {
		v[0] = arena_strdup(a, "sh");
		v[1] = arena_strdup(a, "-c");
		v[2] = arena_strdup(a, line);
		return 0;
	}
	if (conf->words.n && c == &conf->exec.command) {
		/* envconsul's command line, as it was written. */
		*argv = arena_array(a, conf->words.n + 1, sizeof(**argv));
		for (size_t i = 0; *argv && i < conf->words.n; i++)
			(*argv)[i] = arena_strdup(a, conf->words.items[i]);
	} else if (only_words(line)) {
		*argv = words(line, a);
	} else {
		return err_set(e, 0, "failed parsing command: executable file "
				     "not found in $PATH");
	}
	*group = false;
	shell[0] = '\0';
	return *argv && **argv ? 0 : err_set(e, 0, "empty command");
}

/* Where Go's os/exec would find the program. */
static int find_program(const char *name, char path[PATH_MAX], struct err *e)
{
	if (strchr(name, '/')) {
		if (strlen(name) >= PATH_MAX)
			return err_set(e, 0, "child: fork/exec %s: file name "
				       "too long", name);
		memcpy(path, name, strlen(name) + 1);
		return 0;
	}
	if (look_path(name, path))
		return 0;
	return err_set(e, 0, "child: exec: \"%s\": executable file not found "
		       "in $PATH", name);
}

static void on_end(struct child *c, int wstat)
{
	struct proc *p = c->ctx;

	p->running = false;
	p->ended(p, wstat);
}

static void say(char **argv)
{
	struct buf BUF_AUTO b = {0};

	if (!log_enabled(LOG_INFO))
		return;
	for (size_t i = 0; argv && argv[i]; i++)
		buf_addf(&b, "%s%s", i ? " " : "", argv[i]);
	log_info("child", "spawning: %s", buf_str(&b));
}

int proc_start(struct proc *p, struct runner *r, const struct render_list *c,
	       char *const *env, struct err *e)
{
	char path[PATH_MAX] = "";
	struct arena a = {0};
	struct spawn s = {.path = path, .envp = env};
	struct err low;
	char **argv = NULL;
	pid_t pid;
	int ret = arguments(c, r->conf, &a, path, &argv, &p->group, e);

	if (ret == 0 && argv && !*path)
		ret = find_program(argv[0], path, e);
	if (ret == 0) {
		say(argv);
		s.argv = argv;
		s.flags = p->group ? SPAWN_SETPGID : 0;
		ret = spawn_run(&s, &pid, &low);
		if (ret < 0)
			err_set(e, 0, "child: fork/exec %s: %s", path,
				err_go(low.num));
	}
	if (ret == 0) {
		p->r = r;
		p->running = true;
		reaper_add(r->reaper, &p->child, pid, on_end, p);
	}
	arena_free(&a);
	return ret;
}

void proc_signal(struct proc *p, int sig)
{
	if (p->running)
		kill(p->group ? -p->child.pid : p->child.pid, sig);
}

void proc_forget(struct proc *p)
{
	if (p->running)
		reaper_remove(p->r->reaper, &p->child);
	p->running = false;
}

int proc_code(int wstat)
{
	return WIFEXITED(wstat) ? WEXITSTATUS(wstat) : -1;
}
