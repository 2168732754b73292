// SPDX-License-Identifier: MIT
/* host - what a template that is being executed reaches of the world. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto.h"
#include "funcs.h"
#include "os/file.h"
#include "render/host.h"
#include "render/runner.h"
#include "render/vars.h"

/* --- clock, chance, environment --- */

static struct timespec host_now(void *ctx)
{
	struct job *j = ctx;

	j->pure = false;
	return clock_wall();
}

static int host_random(void *ctx, void *p, size_t n, struct err *e)
{
	struct job *j = ctx;

	(void)e;
	j->pure = false;
	crypto_random(p, n);
	return 0;
}

static const char *host_env(void *ctx, const char *name)
{
	struct job *j = ctx;
	const char *own = env_own(j->r, name);

	return own ? own : getenv(name);
}

static void host_environ(void *ctx, void (*fn)(void *arg, const char *pair),
			 void *arg)
{
	(void)ctx;
	for (char **p = environ; p && *p; p++)
		fn(arg, *p);
}

/* --- dependencies --- */

/* Notes a view once for each execution. */
static int use(struct job *j, struct view *v)
{
	if (v->job == j && v->execution == j->execution)
		return 0;
	v->job = j;
	v->execution = j->execution;
	if (!v->received)
		j->missing++;
	return vec_push(&j->used, &j->nused, &j->cap, v, 0);
}

static int host_query(void *ctx, const struct tmpl_query *q, struct val *out,
		      bool *have, struct err *e)
{
	struct job *j = ctx;
	struct view *v = view_get(j->r, q, e);

	if (!v)
		return -1;
	if (use(j, v) < 0)
		return err_nomem(e);
	*have = v->received;
	*out = v->received && !v->absent ? v->data : val_none();
	return 0;
}

static void host_hold(void *ctx, const struct tmpl_query *q)
{
	struct job *j = ctx;

	(void)q;
	j->missing++;
}

/* --- files --- */

static int unresolved(const char *what, const char *path, struct err *e)
{
	return err_set(e, 0, "failed to resolve %s path: lstat %s: %s", what,
		       path, err_go(errno));
}

/* Go's filepath.Clean. */
static char *clean(struct arena *a, const char *path)
{
	struct str rest = str_of(path), part;
	char *out = arena_alloc(a, strlen(path) + 2);
	bool rooted = path[0] == '/';
	size_t n = 0, floor;

	if (rooted)
		out[n++] = '/';
	floor = n; /* ".." cannot go below this */
	while (str_split(&rest, '/', &part)) {
		if (!part.n || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			if (n > floor) {
				while (n > floor && out[n - 1] != '/')
					n--;
				if (n > floor)
					n--;
				continue;
			}
			if (rooted)
				continue;
		}
		if (n > (size_t)rooted)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
		if (str_is(part, ".."))
			floor = n;
	}
	if (!n)
		out[n++] = '.';
	out[n] = '\0';
	return out;
}

static int host_sandbox(void *ctx, struct arena *a, const char *name,
			const char **path, struct err *e)
{
	struct job *j = ctx;
	const char *box = j->conf->sandbox;
	char real[PATH_MAX], target[PATH_MAX];
	size_t n;

	*path = clean(a, name);
	if (!*box)
		return 0;
	if (!realpath(box, real))
		return unresolved("sandbox", box, e);
	if (!realpath(name, target))
		return unresolved("target", name, e);
	n = strlen(real);
	if (strcmp(real, "/") &&
	    (strncmp(target, real, n) || (target[n] && target[n] != '/')))
		return err_set(e, 0, "'%s' is outside of sandbox", name);
	return 0;
}

static int host_zone(void *ctx, struct arena *a, const char *name,
		     struct str *tzif, struct err *e)
{
	const char *tz = getenv("TZ");
	struct buf BUF_AUTO path = {0}, data = {0};

	(void)ctx;
	if (!strcmp(name, "Local")) {
		name = tz ? tz : "";
		if (!tz)
			buf_adds(&path, "/etc/localtime");
		else if (*name == ':')
			name++;
	}
	if (!path.len && *name == '/')
		buf_adds(&path, name);
	else if (!path.len) {
		if (!*name || strstr(name, ".."))
			return err_set(e, 0, "unknown time zone %s", name);
		buf_addf(&path, "/usr/share/zoneinfo/%s", name);
	}
	if (file_read(AT_FDCWD, buf_str(&path), &data, 1 << 20, NULL) < 0)
		return err_set(e, 0, "unknown time zone %s", name);
	tzif->p = arena_dup(a, data.p, data.len);
	tzif->n = data.len;
	return tzif->p ? 0 : err_nomem(e);
}

/* --- the rest --- */

static void host_output(void *ctx, struct str text)
{
	(void)ctx;
	while (text.n) {
		ssize_t n = write(1, text.p, text.n);

		if (n <= 0 && errno != EINTR)
			return;
		if (n > 0)
			text = str_cut(text, (size_t)n, text.n);
	}
}

/* `*` stands for any text. */
static bool glob(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');
	size_t n = star ? (size_t)(star - pattern) : strlen(pattern);

	if (strncmp(pattern, name, n))
		return false;
	if (!star)
		return !name[n];
	for (name += n;; name++) {
		if (glob(star + 1, name))
			return true;
		if (!*name)
			return false;
	}
}

static bool host_denied(void *ctx, const char *func)
{
	struct job *j = ctx;

	for (size_t i = 0; i < j->conf->denylist.n; i++)
		if (glob(j->conf->denylist.items[i], func))
			return true;
	return false;
}

static const struct tmpl_host host = {
	.now = host_now,
	.random = host_random,
	.env = host_env,
	.environ = host_environ,
	.query = host_query,
	.hold = host_hold,
	.sandbox = host_sandbox,
	.run = host_run,
	.write_file = host_write_file,
	.zone = host_zone,
	.interfaces = host_interfaces,
	.output = host_output,
	.denied = host_denied,
};

/* --- executing --- */

int job_parse(struct job *j, struct err *e)
{
	const struct render_template *c = j->conf;
	struct tmpl_opts o = {
		.left = str_of(c->left),
		.right = str_of(c->right),
		.funcs = &funcs_table,
	};

	if (j->tmpl)
		return 0;
	if (tmpl_parse(&j->tmpl, str_n(buf_str(&j->text), j->text.len), &o,
		       e) < 0) {
		j->tmpl = NULL;
		return err_wrap(e, "%s: parse", j->name);
	}
	return 0;
}

/* After an error the dependencies of the execution before stay in use. */
static void keep_old(struct job *j, struct view **old, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)!use(j, old[i]);
}

int job_execute(struct job *j, struct buf *out, struct err *e)
{
	struct tmpl_host h = host;
	bool env = j->r->conf->env;
	struct view **old = j->used;
	size_t nold = j->nused;
	struct arena *a = &j->r->scratch;
	int ret;

	if (!env && job_parse(j, e) < 0)
		return -1;
	h.ctx = j;
	j->used = NULL;
	j->cap = 0;
	h.dest = j->conf->destination;
	h.nomad_ns = j->r->conf->nomad.ns;
	j->nused = 0;
	j->missing = 0;
	j->pure = true;
	j->execution = ++j->r->executions;
	a->max = TMPL_ARENA;
	a->oom = NULL;
	ret = env ? vars_execute(j, &h, out, a, e) : tmpl_exec(j->tmpl, &h,
			j->conf->error_on_missing_key ? TMPL_MISSING_ERROR
						      : TMPL_MISSING_ZERO,
			val_none(), out, a, e);
	arena_reset(a);
	if (ret < 0)
		keep_old(j, old, nold);
	free(old);
	if (ret < 0) {
		redact(j, e);
		return err_wrap(e, "%s: execute", j->name);
	}
	return 0;
}
