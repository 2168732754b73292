// SPDX-License-Identifier: MIT
/* manifest.c - /etc/basebox.d: service and oneshot blocks become nodes here,
 * by one table of their keys; template and register blocks are cut out of the
 * text as they are and go to the renderer and the registrar. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compile/manifest.h"
#include "os/signal.h"

#define S 1 /* allowed in a service */
#define O 2 /* allowed in a oneshot */

static const struct key {
	const char *name;
	const char *file; /* where the value goes, or NULL: by `slot` */
	const char *words; /* the choices of K_CHOICE */
	unsigned char kind, where, slot;
} keys[] = {
	{"command", NULL, NULL, K_COMMAND, S | O, M_COMMAND},
	{"finish", NULL, NULL, K_COMMAND, S, M_FINISH},
	{"stop_command", NULL, NULL, K_COMMAND, O, M_FINISH},
	{"user", NULL, NULL, K_TEXT, S | O, M_USER},
	{"group", NULL, NULL, K_TEXT, S | O, M_GROUP},
	{"groups", NULL, NULL, K_TEXTS, S | O, M_GROUPS},
	{"directory", NULL, NULL, K_TEXT, S | O, M_DIRECTORY},
	{"umask", NULL, NULL, K_UMASK, S | O, M_UMASK},
	{"limits", NULL, NULL, K_MAP, S | O, M_LIMITS},
	{"nice", NULL, NULL, K_NICE, S | O, M_NICE},
	{"oom_score_adj", NULL, NULL, K_OOM, S | O, M_OOM},
	{"no_new_privs", NULL, NULL, K_BOOL, S | O, M_NNP},
	{"capabilities", NULL, NULL, K_CAPS, S | O, M_CAPS},
	{"env", NULL, NULL, K_MAP, S | O, M_ENV},
	{"env_from", NULL, NULL, K_TEXTS, S | O, M_ENV_FROM},
	{"env_change", NULL, "restart reload", K_CHOICE, S, M_ENV_CHANGE},
	{"ready", NULL, NULL, K_READY, S, M_READY},
	{"rewrite", NULL, NULL, K_MAP, S, M_REWRITE},
	{"depends_on", NULL, NULL, K_NAMES, S | O, M_DEPENDS},
	{"before", NULL, NULL, K_NAMES, S | O, M_BEFORE},
	{"instances", NULL, NULL, K_COUNT, S, M_INSTANCES},
	{"log", NULL, NULL, K_BLOCK, S, M_LOG},
	{"every", "policy/every", NULL, K_DURATION, S, M_EVERY},
	{"cron", "policy/cron", NULL, K_CRON, S, M_CRON},
	{"tail", "policy/tail", NULL, K_LINES, S, M_TAIL},
	{"log_format", "policy/log", "plain prefix json", K_CHOICE, S,
	 M_FORMAT},
	{"log_rate", "policy/log-rate", NULL, K_COUNT, S, M_RATE},
	{"stop_signal", "down-signal", NULL, K_SIGNAL, S, 0},
	{"reload_signal", "reload-signal", NULL, K_SIGNAL, S, 0},
	{"stop_group", "policy/kill-group", NULL, K_BOOL, S, 0},
	{"kill_timeout", "timeout-kill", NULL, K_DURATION, S, 0},
	{"finish_timeout", "timeout-finish", NULL, K_DURATION, S, 0},
	{"start_timeout", "policy/start-timeout", NULL, K_DURATION, S | O, 0},
	{"restart", "policy/restart", "always on-failure never", K_CHOICE, S,
	 M_RESTART},
	{"max_restarts", "policy/max-restarts", NULL, K_COUNT, S, 0},
	{"window", "policy/window", NULL, K_DURATION, S, 0},
	{"backoff", "policy/backoff-max", NULL, K_DURATION, S, 0},
	{"essential", "policy/essential", NULL, K_BOOL, S, M_ESSENTIAL},
	{"success_codes", "policy/success-codes", NULL, K_CODES, S | O, 0},
	{"on_unhealthy", "policy/on-unhealthy",
	 "restart ignore stop-container", K_CHOICE, S, 0},
	{"max_death_tally", "max-death-tally", NULL, K_COUNT, S, 0},
	{"start", "policy/on-start", NULL, K_START, S | O, 0},
};

struct cp_at m_at(const struct manifest *m, struct hcl_pos pos)
{
	return (struct cp_at){m->file, pos.line, pos.col};
}

const char *m_text(struct manifest *m, const struct hcl_node *n)
{
	struct arena *a = &m->c->a;

	switch (n->kind) {
	case HCL_STRING:
		return arena_dup(a, n->s.p, n->s.n);
	case HCL_INT:
		return arena_printf(a, "%lld", (long long)n->i);
	case HCL_BOOL:
		return n->b ? "true" : "false";
	case HCL_FLOAT:
	case HCL_LIST:
	case HCL_OBJECT:
		break;
	}
	cp_find(m->c, m_at(m, n->pos), "%s: expected a string, got a %s",
		m->key, hcl_kind_name(n->kind));
	return "";
}

const char **m_texts(struct manifest *m, const struct hcl_node *n)
{
	size_t count = n->kind == HCL_LIST ? n->n : 1;
	const char **out = arena_array(&m->c->a, count + 1, sizeof(*out));

	for (size_t i = 0; i < count; i++)
		out[i] = m_text(m, n->kind == HCL_LIST ? n->list[i] : n);
	return out;
}

static bool is_word(const char *words, const char *s)
{
	struct str rest = str_of(words), word;

	while (str_split(&rest, ' ', &word))
		if (str_is(word, s))
			return true;
	return false;
}

int64_t m_ms(struct manifest *m, const struct hcl_node *n)
{
	struct err e;
	int64_t ns = 0;

	if (n->kind != HCL_STRING)
		cp_find(m->c, m_at(m, n->pos), "%s: expected a duration such "
			"as \"10s\"", m->key);
	else if (dur_parse(n->s, &ns, &e) < 0 || ns < 0 ||
		 dur_ms(ns) > UINT32_MAX)
		cp_find(m->c, m_at(m, n->pos), "%s: %s", m->key,
			ns ? "out of range" : e.text);
	else
		return dur_ms(ns);
	return 0;
}

static void number(struct manifest *m, const struct hcl_node *n, int64_t min,
		   int64_t max)
{
	if (n->kind != HCL_INT || n->i < min || n->i > max)
		cp_find(m->c, m_at(m, n->pos),
			"%s: expected a number from %lld to %lld", m->key,
			(long long)min, (long long)max);
}

/* The file of a key, one value each. */
static const char *file_text(struct manifest *m, const struct key *k,
			     const struct hcl_node *n)
{
	struct arena *a = &m->c->a;
	BUF_AUTO struct buf b = {0};

	switch ((enum m_kind)k->kind) {
	case K_DURATION:
		return arena_printf(a, "%lld\n", (long long)m_ms(m, n));
	case K_BOOL:
		return n->kind == HCL_BOOL && n->b ? "1\n" : NULL;
	case K_START:
		return n->kind == HCL_BOOL && !n->b ? "0\n" : NULL;
	case K_LINES:
	case K_CODES:
		for (const char **p = m_texts(m, n); *p; p++)
			buf_addf(&b, "%s%c", *p,
				 k->kind == K_LINES ? '\n' : ' ');
		return arena_strdup(a, buf_str(&b));
	case K_COMMAND: case K_TEXT: case K_TEXTS: case K_UMASK: case K_MAP:
	case K_NICE: case K_OOM: case K_CAPS: case K_CHOICE: case K_READY:
	case K_NAMES: case K_COUNT: case K_BLOCK: case K_CRON: case K_SIGNAL:
		break;
	}
	return arena_printf(a, "%s\n", m_text(m, n));
}

/* Is the value what the key takes? */
static void validate(struct manifest *m, const struct key *k,
		     const struct hcl_node *n)
{
	struct cp *c = m->c;
	struct cp_at at = m_at(m, n->pos);
	uint64_t v;

	switch ((enum m_kind)k->kind) {
	case K_BOOL:
	case K_START:
		if (n->kind != HCL_BOOL)
			cp_find(c, at, "%s: expected a bool", m->key);
		break;
	case K_COUNT:
		number(m, n, k->slot == M_INSTANCES, 1000000);
		break;
	case K_NICE:
		number(m, n, -20, 19);
		break;
	case K_OOM:
		number(m, n, -1000, 1000);
		break;
	case K_SIGNAL:
		if (signal_number(m_text(m, n)) <= 0)
			cp_find(c, at, "%s: no signal \"%s\"", m->key,
				m_text(m, n));
		break;
	case K_CHOICE:
		if (!is_word(k->words, m_text(m, n)))
			cp_find(c, at, "%s: expected one of %s", m->key,
				k->words);
		break;
	case K_UMASK:
		if (!num_oct(str_of(m_text(m, n)), 0777, &v))
			cp_find(c, at, "%s: expected octal digits in quotes",
				m->key);
		break;
	case K_CODES:
		for (const char **p = m_texts(m, n); *p; p++)
			if (!num_arg(*p, 255, &v))
				cp_find(c, at, "%s: expected numbers from 0 "
					"to 255", m->key);
		break;
	case K_MAP:
	case K_BLOCK:
		if (n->kind != HCL_OBJECT)
			cp_find(c, at, "%s: expected a block", m->key);
		break;
	case K_CRON:
		m_cron(m, n);
		break;
	case K_TEXT:
		m_text(m, n);
		break;
	case K_TEXTS: case K_NAMES: case K_LINES: case K_CAPS:
		m_texts(m, n);
		break;
	case K_COMMAND: case K_DURATION: case K_READY:
		break;
	}
}

static void names(struct manifest *m, const struct hcl_node *n,
		  struct cp_name **list)
{
	const char **p = m_texts(m, n);

	for (size_t i = 0; p[i]; i++)
		cp_add(m->c, list, p[i],
		       m_at(m, n->kind == HCL_LIST ? n->list[i]->pos
						   : n->pos));
}

static void take(struct manifest *m, unsigned where, const struct hcl_node *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct hcl_key *key = &b->items[i].keys[0];
		const struct hcl_node *v = b->items[i].val;
		const char *text;
		size_t k = 0;

		while (k < COUNT(keys) && !(keys[k].where & where &&
					    str_is(key->name, keys[k].name)))
			k++;
		if (k == COUNT(keys)) {
			cp_find(m->c, m_at(m, key->pos), "%s: unknown key %.*s",
				where == S ? "service" : "oneshot",
				(int)key->name.n, key->name.p);
			continue;
		}
		m->key = keys[k].name;
		if (m->seen & UINT64_C(1) << k)
			cp_find(m->c, m_at(m, key->pos), "%s is given twice",
				m->key);
		m->seen |= UINT64_C(1) << k;
		validate(m, &keys[k], v);
		if (keys[k].slot)
			m->got[keys[k].slot] = v;
		text = keys[k].file ? file_text(m, &keys[k], v) : NULL;
		if (text)
			cp_text(m->c, &m->files, keys[k].file, "%s", text);
	}
}

/* The node itself, with what was gathered. */
static struct cp_node *make(struct manifest *m, const char *name,
			    enum cp_type type, struct cp_at at)
{
	struct cp_node *n = cp_node(m->c, name, type, CP_MANIFEST, at);

	for (struct cp_file *f = m->files.files; f; f = f->next)
		cp_text(m->c, n, f->path, "%s", f->text);
	for (struct cp_name *x = m->files.deps; x; x = x->next)
		cp_add(m->c, &n->deps, x->name, x->at);
	return n;
}

static void instances(struct manifest *m, struct cp_at at)
{
	const struct hcl_node *count = m->got[M_INSTANCES];
	struct cp_node *all, *n;

	if (!count) {
		m_service(m, make(m, m->name, CP_LONGRUN, at), 0);
		return;
	}
	all = cp_node(m->c, m->name, CP_BUNDLE, CP_MANIFEST, at);
	for (int64_t i = 1; count->kind == HCL_INT && i <= count->i; i++) {
		const char *one = arena_printf(&m->c->a, "%s-%lld", m->name,
					       (long long)i);

		n = make(m, one, CP_LONGRUN, at);
		cp_add(m->c, &all->contents, one, at);
		m_service(m, n, i);
	}
}

static void block(struct manifest *m, const struct hcl_item *it, unsigned where)
{
	struct cp_at at = m_at(m, it->keys[0].pos);
	struct cp_name *before = NULL;

	if (it->nkeys != 2 || it->val->kind != HCL_OBJECT) {
		cp_find(m->c, at, "expected %.*s \"name\" { ... }",
			(int)it->keys[0].name.n, it->keys[0].name.p);
		return;
	}
	memset(m->got, 0, sizeof(m->got));
	m->files = (struct cp_node){.name = ""};
	m->seen = 0;
	m->name = arena_dup(&m->c->a, it->keys[1].name.p, it->keys[1].name.n);
	take(m, where, it->val);
	if (!m->got[M_COMMAND])
		cp_find(m->c, at, "%s: no command", m->name);
	if (m->got[M_DEPENDS])
		names(m, m->got[M_DEPENDS], &m->files.deps);
	if (where == S)
		instances(m, at);
	else
		m_oneshot(m, make(m, m->name, CP_ONESHOT, at));
	if (!m->got[M_BEFORE])
		return;
	names(m, m->got[M_BEFORE], &before);
	for (; before; before = before->next)
		m_before(m->c, before->name, m->name, before->at);
}

/* --- the blocks that others read --- */

/* The offset of a position in the text. */
static size_t offset(struct str text, struct hcl_pos pos)
{
	size_t at = 0;

	for (uint32_t line = 1; line < pos.line && at < text.n; at++)
		line += text.p[at] == '\n';
	for (uint32_t col = 1; col < pos.col && at < text.n; at++)
		col += (text.p[at + 1] & 0xc0) != 0x80;
	return at;
}

/* Without the blanks at the end of each line. */
static char *trim_lines(char *text)
{
	char *to = text, *end = text;

	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			to = end;
		*to++ = *p;
		if (*p != ' ')
			end = to;
	}
	*end = '\0';
	return text;
}

/* The whole text with blanks in place of all other blocks: what their readers
 * find wrong has its line and column still. */
static const char *only(struct manifest *m, const struct hcl_node *root,
			struct str text, const char *name)
{
	char *out = arena_dup(&m->c->a, text.p, text.n);
	bool any = false;

	for (size_t i = 0; i < text.n; i++)
		if (out[i] != '\n')
			out[i] = ' ';
	for (size_t i = 0; i < root->n; i++) {
		size_t from = offset(text, root->items[i].keys[0].pos);
		size_t to = i + 1 < root->n
				    ? offset(text, root->items[i + 1].keys[0].pos)
				    : text.n;

		if (!str_is(root->items[i].keys[0].name, name))
			continue;
		any = true;
		memcpy(out + from, text.p + from, to - from);
		if (*name == 'r') /* a register block is a service definition */
			// the text goes on: NOLINTNEXTLINE(bugprone-not-null-terminated-result)
			memcpy(out + from, " service", 8);
	}
	return any ? trim_lines(out) : NULL;
}

static void hand_over(struct manifest *m, const char *base,
		      const struct hcl_node *root, struct str text)
{
	struct cp *c = m->c;
	const char *t = only(m, root, text, "template");
	const char *r = only(m, root, text, "register");

	if (t)
		cp_text(c, &c->templates, base, "%s", t);
	if (r)
		cp_text(c, &c->registers, base, "%s", r);
}

/* A changed template reloads a service: that one waits for the first
 * rendering. */
static void template_block(struct manifest *m, const struct hcl_item *it)
{
	size_t at = 0;
	const struct hcl_item *r;

	if (it->nkeys != 1 || it->val->kind != HCL_OBJECT) {
		cp_find(m->c, m_at(m, it->keys[0].pos),
			"expected template { ... }");
		return;
	}
	m->key = "reload";
	r = hcl_next(it->val, "reload", &at);
	if (r)
		m_before(m->c, m_text(m, r->val), "consul-template",
			 m_at(m, r->val->pos));
}

/* Two services cannot listen on one port. */
static void ports(struct manifest *m, const struct hcl_node *root)
{
	struct cp *c = m->c;

	for (size_t i = 0, at; i < root->n; i++) {
		const struct hcl_item *it = &root->items[i], *p;

		at = 0;
		if (!str_is(it->keys[0].name, "register") ||
		    it->val->kind != HCL_OBJECT)
			continue;
		p = hcl_next(it->val, "port", &at);
		if (!p || p->val->kind != HCL_INT || !p->val->i)
			continue;
		const char *port = arena_printf(&c->a, "%lld",
						(long long)p->val->i);
		if (cp_has(c->ports, port))
			cp_find(c, m_at(m, p->val->pos), "port %s is used "
				"twice", port);
		cp_add(c, &c->ports, port, m_at(m, p->val->pos));
	}
}

/* The parser's message without its "At LINE:COLUMN: ", which goes to *at. */
static const char *placed(const char *text, struct cp_at *at)
{
	unsigned long line, col;
	char *end;

	if (strncmp(text, "At ", 3) != 0)
		return text;
	line = strtoul(text + 3, &end, 10);
	col = strtoul(end + (*end == ':'), &end, 10);
	if (strncmp(end, ": ", 2) != 0)
		return text;
	at->line = (unsigned)line;
	at->col = (unsigned)col;
	return end + 2;
}

static void file(struct manifest *m, const char *base)
{
	struct cp *c = m->c;
	const char *text = cp_read(c, m->file);
	struct hcl_node *root;
	jmp_buf *oom = c->a.oom;
	struct err e;
	int r;

	if (!text)
		return;
	c->a.oom = NULL; /* the parser says it itself */
	r = hcl_parse(&c->a, str_of(text), &root, &e);
	c->a.oom = oom;
	if (r < 0) {
		struct cp_at at = {.file = m->file};
		const char *why = placed(e.text, &at);

		cp_find(c, at, "%s", why);
		return;
	}
	for (size_t i = 0; i < root->n; i++) {
		const struct hcl_item *it = &root->items[i];
		struct str key = it->keys[0].name;

		if (str_is(key, "service"))
			block(m, it, S);
		else if (str_is(key, "oneshot"))
			block(m, it, O);
		else if (str_is(key, "template"))
			template_block(m, it);
		else if (!str_is(key, "register"))
			cp_find(c, m_at(m, it->keys[0].pos),
				"unknown block %.*s (expected service, "
				"oneshot, template or register)",
				(int)key.n, key.p);
	}
	ports(m, root);
	hand_over(m, base, root, str_of(text));
}

void cp_manifest(struct cp *c, const char *dir)
{
	for (const char **p = cp_list(c, dir); *p; p++) {
		struct manifest m = {.c = c};

		if (!str_suffix(str_of(*p), STR(".hcl")))
			continue;
		m.file = arena_printf(&c->a, "%s/%s", dir, *p);
		file(&m, *p);
	}
}
