// SPDX-License-Identifier: MIT
/* chain.c - the execline text of a block's run, finish, up and down: what
 * needs the old user and directory first. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "compile/manifest.h"
#include "execline/lex.h"
#include "health.h"
#include "os/caps.h"
#include "os/signal.h"
#include "os/user.h"

#define WORDS(b, ...) cp_words(b, (const char *const[]){__VA_ARGS__, NULL})

void m_before(struct cp *c, const char *name, const char *first,
	      struct cp_at at)
{
	struct cp_edge *x = arena_alloc(&c->a, sizeof(*x));

	*x = (struct cp_edge){c->edges, name, first, at};
	c->edges = x;
}

static const char *num(struct manifest *m, int64_t v)
{
	return arena_printf(&m->c->a, "%lld", (long long)v);
}

static struct cp_at at_of(struct manifest *m, enum m_slot slot)
{
	return m_at(m, m->got[slot]->pos);
}

/* A list is words; a string is execline, checked here. */
static void command(struct manifest *m, struct buf *b, enum m_slot slot,
		    const char *key)
{
	const struct hcl_node *n = m->got[slot];
	struct el_words w = {0};
	const char *text;
	struct err e;

	m->key = key;
	if (n->kind == HCL_LIST && n->n) {
		const char **words = m_texts(m, n);

		cp_words(b, words);
		cp_runnable(m->c, m_at(m, n->list[0]->pos), words[0]);
		return;
	}
	text = n->kind == HCL_STRING ? m_text(m, n) : "";
	cp_script_runs(m->c, m_at(m, n->pos), text);
	if (el_lex(text, strlen(text), &w, &e) < 0)
		cp_find(m->c, m_at(m, n->pos), "%s: %s", key, e.text);
	else if (!w.n)
		cp_find(m->c, m_at(m, n->pos), "%s: expected a list of words, "
			"or a string of execline", key);
	el_words_free(&w);
	buf_addf(b, " %s", text);
}

/* --- readiness --- */

static void lint(void *ctx, struct hcl_pos pos, const char *text)
{
	struct manifest *m = ctx;

	cp_find(m->c, m_at(m, pos), "ready: %s", text);
}

/* The check as a command of `health`, or the program itself. */
static void check_words(struct manifest *m, struct buf *b,
			const struct health_def *d)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{"--method", d->method}, {"--body", d->body},
		{"--status", d->status}, {"--expect-body", d->expect_body},
		{"--tls-server-name", d->tls_server_name},
		{"--ca-file", d->ca_file}, {"--cert-file", d->cert_file},
		{"--key-file", d->key_file},
	};
	const struct {
		const char *name;
		const char *const *list;
	} lists[] = {{"--header", d->headers},
		     {"--expect-header", d->expect_header},
		     {"--expect-json", d->expect_json}};

	WORDS(b, "health", "-q");
	if (d->timeout)
		WORDS(b, "--timeout",
		      arena_printf(&m->c->a, "%lldms",
				   (long long)dur_ms(d->timeout)));
	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i].value)
			WORDS(b, texts[i].name, texts[i].value);
	for (size_t i = 0; i < COUNT(lists); i++)
		for (const char *const *p = lists[i].list; p && *p; p++)
			WORDS(b, lists[i].name, *p);
	if (d->disable_redirects)
		WORDS(b, "--disable-redirects");
	if (d->tls_skip_verify)
		WORDS(b, "--tls-skip-verify");
	if (d->kind == HEALTH_EXEC) {
		WORDS(b, "--");
		cp_words(b, d->argv);
	} else {
		WORDS(b, d->target);
	}
}

/* ready = a check: polled beside the program from its start on. */
static void ready_check(struct manifest *m, struct buf *b)
{
	const struct hcl_node *n = m->got[M_READY];
	struct health_def d;
	BUF_AUTO struct buf words = {0};
	struct err e;

	health_def_init(&d);
	if (n->kind == HCL_OBJECT) {
		if (health_def_hcl(&m->c->a, n, &d, lint, m))
			return;
	} else if (n->kind == HCL_LIST) {
		d.kind = HEALTH_EXEC;
		d.argv = m_texts(m, n);
		if (d.argv[0])
			cp_runnable(m->c, m_at(m, n->pos), d.argv[0]);
	} else if (health_def_url(&m->c->a, m_text(m, n), &d, &e) < 0) {
		cp_find(m->c, m_at(m, n->pos), "ready: %s", e.text);
		return;
	}
	if (d.kind == HEALTH_TTL || d.kind == HEALTH_ALIAS) {
		cp_find(m->c, m_at(m, n->pos), "ready: this check cannot be "
			"probed");
		return;
	}
	check_words(m, &words, &d);
	WORDS(b, "s6-notifyoncheck", "-d", "-n", "0", "-s",
	      num(m, d.initial_delay ? dur_ms(d.initial_delay) : 10), "-w",
	      num(m, n->kind == HCL_OBJECT && d.interval != 10 * DUR_S
			     ? dur_ms(d.interval) : 200),
	      "-c", buf_str(&words));
}

/* fd = N, "fd=N" or a number; -1: it is another kind. */
static int64_t ready_fd(const struct hcl_node *n)
{
	size_t at = 0;
	int64_t fd = -1;

	if (n->kind == HCL_OBJECT && n->n == 1) {
		const struct hcl_item *it = hcl_next(n, "fd", &at);

		return it ? ready_fd(it->val) : -1;
	}
	if (n->kind == HCL_INT)
		return n->i;
	if (n->kind != HCL_STRING || n->s.n < 4 || memcmp(n->s.p, "fd", 2))
		return -1;
	return num_i64(str_cut(n->s, 3, n->s.n), 3, 1000, &fd) ? fd : -1;
}

static void ready(struct manifest *m, struct cp_node *node, struct buf *b)
{
	const struct hcl_node *n = m->got[M_READY];
	int64_t fd;

	if (!n)
		return;
	fd = ready_fd(n);
	if (fd >= 0 && (fd < 3 || fd > 1000))
		cp_find(m->c, m_at(m, n->pos), "ready: expected a descriptor "
			"from 3 to 1000");
	cp_text(m->c, node, "notification-fd", "%lld\n",
		fd < 0 ? 3LL : (long long)fd);
	if (fd >= 0)
		return;
	if (n->kind == HCL_STRING && str_is(n->s, "sd_notify"))
		WORDS(b, "sdnotify", "3");
	else
		ready_check(m, b);
}

/* --- environment and limits --- */

static void env(struct manifest *m, struct buf *b, int64_t instance)
{
	const struct hcl_node *n = m->got[M_ENV];

	if (m->got[M_ENV_FROM])
		WORDS(b, "envfile", "-I",
		      arena_printf(&m->c->a, "../consul-template/env/%s",
				   m->name));
	m->key = "env";
	for (size_t i = 0; n && n->kind == HCL_OBJECT && i < n->n; i++) {
		struct str k = n->items[i].keys[0].name;
		const char *name = arena_dup(&m->c->a, k.p, k.n);

		if (!k.n || str_chr(k, '=') >= 0)
			cp_find(m->c, m_at(m, n->items[i].keys[0].pos),
				"env: not the name of a variable");
		WORDS(b, "export", name, m_text(m, n->items[i].val));
	}
	if (instance)
		WORDS(b, "export", "INSTANCE", num(m, instance));
}

static const struct limit {
	const char *name, *opt;
	int resource;
} limits[] = {
	{"nofile", "-o", RLIMIT_NOFILE}, {"nproc", "-p", RLIMIT_NPROC},
	{"as", "-a", RLIMIT_AS},	 {"core", "-c", RLIMIT_CORE},
	{"data", "-d", RLIMIT_DATA},	 {"fsize", "-f", RLIMIT_FSIZE},
	{"memlock", "-l", RLIMIT_MEMLOCK}, {"rss", "-r", RLIMIT_RSS},
	{"stack", "-s", RLIMIT_STACK},	 {"cpu", "-t", RLIMIT_CPU},
};

/* A hard limit can be lowered by anybody; one that would have to be raised is
 * taken as far as it goes. */
static void limit(struct manifest *m, struct buf *b, struct str key,
		  const struct hcl_node *v)
{
	const struct limit *l = limits, *end = limits + COUNT(limits);
	const char *text = m_text(m, v);
	struct rlimit r;
	uint64_t n = RLIM_INFINITY;
	bool most = !strcmp(text, "unlimited");

	while (l < end && !str_is(key, l->name))
		l++;
	if (l == end || (!most && !num_arg(text, UINT64_MAX - 1, &n))) {
		cp_find(m->c, m_at(m, v->pos), l == end
			? "limits: unknown limit %.*s"
			: "limits: %.*s: expected a number or \"unlimited\"",
			(int)key.n, key.p);
		return;
	}
	if (getrlimit(l->resource, &r) < 0)
		r.rlim_max = RLIM_INFINITY;
	WORDS(b, "s6-softlimit");
	if (n < r.rlim_max)
		WORDS(b, "-H");
	WORDS(b, l->opt, most ? "=" : text);
}

static void limit_all(struct manifest *m, struct buf *b)
{
	const struct hcl_node *n = m->got[M_LIMITS];

	m->key = "limits";
	for (size_t i = 0; n && n->kind == HCL_OBJECT && i < n->n; i++)
		limit(m, b, n->items[i].keys[0].name, n->items[i].val);
	if (m->got[M_UMASK]) {
		m->key = "umask";
		WORDS(b, "execline-umask", m_text(m, m->got[M_UMASK]));
	}
	m->key = "nice";
	if (m->got[M_NICE])
		WORDS(b, "chpst", "-n", m_text(m, m->got[M_NICE]));
	if (m->got[M_OOM])
		WORDS(b, "choom", "-n", m_text(m, m->got[M_OOM]), "--");
}

/* --- identity --- */

static const char *cap_list(struct manifest *m)
{
	BUF_AUTO struct buf b = {0};
	const struct hcl_node *n = m->got[M_CAPS];
	const char **p = m_texts(m, n);

	buf_adds(&b, "-all");
	for (size_t i = 0; p[i]; i++) {
		if (cap_number(p[i]) < 0)
			cp_find(m->c, m_at(m, n->kind == HCL_LIST
						   ? n->list[i]->pos : n->pos),
				"capabilities: unknown capability %s", p[i]);
		buf_addf(&b, ",+%s", p[i]);
	}
	return arena_strdup(&m->c->a, buf_str(&b));
}

/* A line of the image's passwd or group. */
static void check_account(struct manifest *m, enum m_slot slot,
			  const char *file, const char *name)
{
	struct cp *c = m->c;
	const char *path = cp_path(c, "/etc/%s", file), *text;
	uint64_t id;

	if (num_arg(name, UINT32_MAX, &id) || strchr(name, ':') ||
	    (*c->o->root && !cp_exists(path)))
		return;
	text = cp_read(c, path);
	text = arena_printf(&c->a, "\n%s", text ? text : "");
	if (!strstr(text, arena_printf(&c->a, "\n%s:", name)))
		cp_find(c, at_of(m, slot), "no %s %s in /etc/%s",
			*file == 'p' ? "user" : "group", name, file);
}

/* user, group, groups: the words of setpriv. */
static void setpriv_ids(struct manifest *m, struct buf *b, const char *user)
{
	BUF_AUTO struct buf list = {0};
	struct user u = {.name = ""};
	const char *group = NULL;
	uint64_t id;

	if (user)
		WORDS(b, "--reuid", user);
	m->key = "group";
	if (m->got[M_GROUP]) {
		group = m_text(m, m->got[M_GROUP]);
		check_account(m, M_GROUP, "group", group);
	} else if (user && !num_arg(user, UINT32_MAX, &id)) {
		if (user_find(user, &u, NULL) > 0)
			group = num(m, u.gid);
	} else if (user) {
		group = user;
	}
	if (group)
		WORDS(b, "--regid", group);
	m->key = "groups";
	if (m->got[M_GROUPS]) {
		for (const char **p = m_texts(m, m->got[M_GROUPS]); *p; p++) {
			check_account(m, M_GROUPS, "group", *p);
			buf_addf(&list, "%s%s", list.len ? "," : "", *p);
		}
		WORDS(b, "--groups", buf_str(&list));
	} else if (user) {
		WORDS(b, "--init-groups");
	}
}

/* Without root nothing of it can be had but no_new_privs: a container that is
 * started as another user runs its services as that one. */
static void identity(struct manifest *m, struct buf *b)
{
	const struct hcl_node *nnp = m->got[M_NNP];
	bool root = geteuid() == 0, caps = root && m->got[M_CAPS];
	bool drop = nnp && nnp->kind == HCL_BOOL && nnp->b;
	const char *user = NULL, *list = NULL;

	m->key = "user";
	if (m->got[M_USER]) {
		user = m_text(m, m->got[M_USER]);
		check_account(m, M_USER, "passwd", user);
	}
	m->key = "capabilities";
	if (m->got[M_CAPS])
		list = cap_list(m);
	if (root && user && !caps && !drop && !m->got[M_GROUP] &&
	    !m->got[M_GROUPS]) {
		WORDS(b, "s6-setuidgid", user);
		return;
	}
	if (!drop && !caps &&
	    !(root && (user || m->got[M_GROUP] || m->got[M_GROUPS])))
		return;
	WORDS(b, "setpriv");
	if (root)
		setpriv_ids(m, b, user);
	if (caps)
		WORDS(b, "--bounding-set", list, "--inh-caps", list,
		      "--ambient-caps", list);
	if (drop)
		WORDS(b, "--nnp");
}

/* Signals that the program is to get in place of others. */
static void rewrite(struct manifest *m, struct buf *b)
{
	const struct hcl_node *n = m->got[M_REWRITE];

	if (!n || n->kind != HCL_OBJECT || !n->n)
		return;
	m->key = "rewrite";
	WORDS(b, "dumb-init", "--single-child");
	for (size_t i = 0; i < n->n; i++) {
		struct str k = n->items[i].keys[0].name;
		int from = signal_number(arena_dup(&m->c->a, k.p, k.n));
		const char *v = m_text(m, n->items[i].val);
		int to = signal_number(v);

		if (!from || (!to && strcmp(v, "0")))
			cp_find(m->c, m_at(m, n->items[i].keys[0].pos),
				"rewrite: no signal %s",
				from ? v : arena_dup(&m->c->a, k.p, k.n));
		WORDS(b, "--rewrite", arena_printf(&m->c->a, "%d:%d", from, to));
	}
	WORDS(b, "--");
}

static void common(struct manifest *m, struct buf *b, int64_t instance)
{
	env(m, b, instance);
	limit_all(m, b);
	identity(m, b);
	m->key = "directory";
	if (m->got[M_DIRECTORY])
		WORDS(b, "execline-cd", m_text(m, m->got[M_DIRECTORY]));
}

static void set(struct manifest *m, struct cp_node *n, const char *what,
		struct buf *b)
{
	buf_addc(b, '\n');
	cp_script(m->c, n, what, arena_strdup(&m->c->a, buf_str(b)));
}

/* --- the store's keys as environment --- */

static void env_from(struct manifest *m)
{
	struct cp *c = m->c;
	BUF_AUTO struct buf b = {0};
	const char *change = m->got[M_ENV_CHANGE]
				     ? m_text(m, m->got[M_ENV_CHANGE])
				     : "restart";
	const struct hcl_node *count = m->got[M_INSTANCES];

	buf_addf(&b, "template {\n  destination = \"./env/%s\"\n"
		     "  perms = \"0600\"\n  contents = <<EOT\n", m->name);
	m->key = "env_from";
	for (const char **p = m_texts(m, m->got[M_ENV_FROM]); *p; p++) {
		struct str s = str_trim(str_of(*p), "/");

		buf_addf(&b, "{{ range ls \"%.*s\" }}{{ .Key }}={{ printf "
			     "\"%%q\" .Value }}\n{{ end }}", (int)s.n, s.p);
	}
	buf_adds(&b, "\nEOT\n  command = [\"execlineb\", \"-Pc\", \"");
	for (int64_t i = 1; i <= (count ? count->i : 1); i++) {
		buf_addf(&b, "foreground { s6-svc %s ../%s",
			 *change == 'r' && change[2] == 'l' ? "-h" : "-r",
			 m->name);
		if (count)
			buf_addf(&b, "-%lld", (long long)i);
		buf_adds(&b, " } ");
	}
	buf_adds(&b, "\"]\n}\n");
	cp_text(c, &c->templates, arena_printf(&c->a, "env-%s.hcl", m->name),
		"%s", buf_str(&b));
	m_before(c, m->name, "consul-template", at_of(m, M_ENV_FROM));
}

/* --- log { }: an s6-log beside it --- */

static void log_pair(struct manifest *m, struct cp_node *n)
{
	static const char *const names[] = {"directory", "files", "size",
					    "user"};
	const char *given = arena_printf(&m->c->a, "/var/log/%s", n->name);
	const char *v[] = {given, "10", "1000000", NULL};
	const struct hcl_node *b = m->got[M_LOG];
	BUF_AUTO struct buf out = {0};
	uint64_t x;

	for (size_t i = 0; b->kind == HCL_OBJECT && i < b->n; i++) {
		const struct hcl_key *k = &b->items[i].keys[0];
		size_t f = 0;

		while (f < COUNT(names) && !str_is(k->name, names[f]))
			f++;
		m->key = "log";
		if (f < COUNT(names))
			v[f] = m_text(m, b->items[i].val);
		else
			cp_find(m->c, m_at(m, k->pos), "log: unknown key %.*s",
				(int)k->name.n, k->name.p);
	}
	if (m->got[M_INSTANCES] && strcmp(v[0], given))
		v[0] = arena_printf(&m->c->a, "%s/%s", v[0], n->name);
	if (!num_arg(v[1], 100000, &x) || !num_arg(v[2], UINT32_MAX, &x))
		cp_find(m->c, m_at(m, b->pos), "log: files and size are "
			"numbers");
	if (v[3] && geteuid() == 0)
		WORDS(&out, "s6-setuidgid", v[3]);
	WORDS(&out, "s6-log", "-b", "--",
	      arena_printf(&m->c->a, "n%s", v[1]),
	      arena_printf(&m->c->a, "s%s", v[2]), "T", v[0]);
	set(m, n, "log/run", &out);
}

void m_cron(struct manifest *m, const struct hcl_node *n)
{
	struct str s = str_of(m_text(m, n)), word;
	unsigned words = 0;

	s = str_trim(s, " \t");
	if (s.n && *s.p == '@')
		return;
	while (str_split(&s, ' ', &word))
		words += word.n > 0;
	if (words != 5)
		cp_find(m->c, m_at(m, n->pos), "cron: expected five fields or "
			"a word such as @hourly");
}

void m_service(struct manifest *m, struct cp_node *n, int64_t instance)
{
	BUF_AUTO struct buf run = {0}, finish = {0};
	struct cp *c = m->c;

	ready(m, n, &run);
	common(m, &run, instance);
	rewrite(m, &run);
	if (m->got[M_COMMAND])
		command(m, &run, M_COMMAND, "command");
	set(m, n, "run", &run);
	if (m->got[M_FINISH]) {
		command(m, &finish, M_FINISH, "finish");
		set(m, n, "finish", &finish);
	}
	if (m->got[M_ENV_FROM] && instance < 2)
		env_from(m);
	if (m->got[M_LOG])
		log_pair(m, n);
	if (m->got[M_EVERY] && m->got[M_CRON])
		cp_find(c, at_of(m, M_CRON), "every and cron exclude each other");
	if (m->got[M_EVERY] || m->got[M_CRON]) {
		cp_text(c, n, "down", "%s", "");
		cp_text(c, n, "policy/on-start", "0\n");
		c->cron = true;
	}
	if (m->got[M_TAIL] || m->got[M_RATE] || m->got[M_FORMAT])
		n->logged = true;
	if (cp_file(n, "policy/essential") && !m->got[M_RESTART])
		cp_text(c, n, "policy/restart", "never\n");
}

void m_oneshot(struct manifest *m, struct cp_node *n)
{
	BUF_AUTO struct buf up = {0}, down = {0};

	common(m, &up, 0);
	if (m->got[M_COMMAND])
		command(m, &up, M_COMMAND, "command");
	set(m, n, "up", &up);
	if (m->got[M_ENV_FROM])
		env_from(m);
	if (!m->got[M_FINISH])
		return;
	common(m, &down, 0);
	command(m, &down, M_FINISH, "stop_command");
	set(m, n, "down", &down);
}
