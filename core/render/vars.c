// SPDX-License-Identifier: MIT
/* vars - see render/vars.h. */
#include "render/vars.h"

#include <stdlib.h>
#include <string.h>

#include "funcs/query.h"
#include "funcs/shape.h"

/* --- names: `format` is a template with two or three functions --- */

/* What a format is executed on. The original's formats are HTML templates: the
 * characters that HTML escapes leave a function as MARK + their place here. */
struct naming {
	struct str key, service;
};

static const char html[] = "&'<>\"+";
static const char *const escaped[] = {"&amp;", "&#39;", "&lt;",
				      "&gt;",  "&#34;", "&#43;"};

enum { MARK = 1 };

static struct val marked(struct tmpl_call *c, struct str s)
{
	char *p = arena_alloc(c->arena, s.n + 1);

	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(html, s.p[i]) : NULL;

		p[i] = at ? (char)(MARK + (at - html)) : s.p[i];
	}
	return val_str(str_n(p, s.n));
}

static int fn_key(struct tmpl_call *c, const struct val *args UNUSED,
		  size_t n UNUSED, struct val *out)
{
	*out = marked(c, ((struct naming *)c->host->ctx)->key);
	return 0;
}

static int fn_service(struct tmpl_call *c, const struct val *args UNUSED,
		      size_t n UNUSED, struct val *out)
{
	*out = marked(c, ((struct naming *)c->host->ctx)->service);
	return 0;
}

/* KEY | replaceKey FROM TO */
static int fn_replace(struct tmpl_call *c, const struct val *args, size_t n,
		      struct val *out)
{
	struct val from, to;

	if (n != 3) {
		*out = n ? args[0] : val_cstr("");
		return 0;
	}
	from = marked(c, args[0].s);
	to = marked(c, args[1].s);
	*out = str_eq(marked(c, args[2].s).s, from.s) ? to : args[2];
	return 0;
}

static int fn_env(struct tmpl_call *c, const struct val *args, size_t n UNUSED,
		  struct val *out)
{
	const char *v = getenv(arena_dup(c->arena, args[0].s.p ? args[0].s.p : "",
					 args[0].s.n));

	if (!v)
		return err_set(c->err, 0, "environment variable not set: %.*s",
			       (int)args[0].s.n, args[0].s.p);
	*out = val_str(str_of(v));
	return 0;
}

static const struct tmpl_func *find(const char *name, size_t n)
{
	static const struct tmpl_func list[] = {
		{"key", ":s", fn_key},
		{"service", ":s", fn_service},
		{"replaceKey", "..s:s", fn_replace},
		{"env", "s:s", fn_env},
	};

	for (size_t i = 0; i < COUNT(list); i++)
		if (str_is(str_n(name, n), list[i].name))
			return &list[i];
	return NULL;
}

static const struct tmpl_funcs functions = {find, NULL};

static int parse(struct tmpl **t, const char *text, struct err *e)
{
	struct tmpl_opts o = {.funcs = &functions, .name = "format"};

	return tmpl_parse(t, str_of(text), &o, e);
}

static int apply(const char *format, struct naming *names, struct arena *a,
		 struct buf *out, struct err *e)
{
	struct tmpl_host h = {.ctx = names};
	jmp_buf *oom = a->oom;
	struct tmpl *t;
	int ret;

	if (parse(&t, format, e) < 0)
		return -1;
	ret = tmpl_exec(t, &h, TMPL_MISSING_ZERO, val_none(), out, a, e);
	a->oom = oom;
	tmpl_free(t);
	return ret;
}

/* Everything but letters, digits and _ becomes _, a character of several
 * bytes one _. */
static void put_clean(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xC0) != 0x80)
			buf_addc(b, ascii_alpha(c) || ascii_digit(c) ? (char)c
								     : '_');
	}
}

/* --- one variable --- */

struct making {
	const struct render_config *c;
	const struct render_vars *spec;
	struct arena *a;
	struct buf *out;
	struct err *e;
};

static int put_name(struct making *m, struct str name)
{
	struct buf BUF_AUTO full = {0}, clean = {0};

	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c >= MARK && c < MARK + COUNT(escaped))
			buf_adds(&full, escaped[c - MARK]);
		else
			buf_addc(&full, (char)c);
	}
	if (m->c->sanitize) {
		put_clean(&clean, str_n(buf_str(&full), full.len));
		name = str_n(buf_str(&clean), clean.len);
	} else {
		name = str_n(buf_str(&full), full.len);
	}
	for (size_t i = 0; i < name.n; i++)
		buf_addc(m->out, m->c->upcase
					 ? (char)ascii_upper(
						   (unsigned char)name.p[i])
					 : name.p[i]);
	return buf_addc(m->out, '=') < 0 ? err_nomem(m->e) : 0;
}

/* A NUL cannot be in a variable: what is behind it is left out. */
static int put_value(struct making *m, struct str value)
{
	const char *end = value.n ? memchr(value.p, 0, value.n) : NULL;

	buf_add(m->out, value.p, end ? (size_t)(end - value.p) : value.n);
	return buf_addc(m->out, '\0') < 0 ? err_nomem(m->e) : 0;
}

static int put(struct making *m, const char *format, struct naming *names,
	       struct str value)
{
	struct buf BUF_AUTO name = {0};

	if (*format && apply(format, names, m->a, &name, m->e) < 0)
		return -1;
	if (*format ? !name.len : !names->key.n)
		return 0;
	if (put_name(m, *format ? str_n(name.p, name.len) : names->key) < 0)
		return -1;
	log_debug("runner", "setting a variable from %s", m->spec->path);
	return put_value(m, value);
}

/* The format for a key; NULL: a `key` list does not name it. */
static const char *format_of(const struct render_vars *s, struct str key)
{
	if (*s->format[0] || !s->names.n)
		return s->format[0];
	for (size_t i = 0; i < s->names.n; i++)
		if (str_is(key, s->names.items[i]))
			return s->formats.items[i];
	return NULL;
}

static int put_key(struct making *m, struct str key, struct str value)
{
	const char *format = format_of(m->spec, key);
	struct naming names = {.key = key};
	struct buf BUF_AUTO full = {0};

	if (!format || !str_trim(key, " \t\r\n").n)
		return 0;
	if (!m->spec->no_prefix) {
		put_clean(&full, str_of(m->spec->path));
		buf_addc(&full, '_');
		buf_add(&full, key.p, key.n);
		names.key = str_n(buf_str(&full), full.len);
	}
	return put(m, format, &names, value);
}

/* --- the three kinds of data --- */

static struct str text_of(const struct val *v, const char *field)
{
	const struct val *f = val_field(v, field);

	return f && val_kind(f) == KIND_STRING ? f->s : STR("");
}

static int put_prefix(struct making *m, const struct val *list)
{
	for (size_t i = 0; i < val_len_list(list); i++) {
		struct val pair = val_at(list, i);

		if (put_key(m, text_of(&pair, "Key"),
			    text_of(&pair, "Value")) < 0)
			return -1;
	}
	return 0;
}

static struct str tags_of(struct making *m, const struct val *service)
{
	const struct val *tags = val_field(service, "ServiceTags");
	struct buf b = {0};
	struct str s;

	for (size_t i = 0; i < val_len_list(tags); i++) {
		struct val t = val_at(tags, i);

		buf_adds(&b, i ? "," : "");
		buf_add(&b, t.s.p, t.s.n);
	}
	s = str_n(arena_dup(m->a, buf_str(&b), b.len), b.len);
	buf_free(&b);
	return s;
}

static int put_services(struct making *m, const struct val *list)
{
	static const char *const keys[] = {"id", "name", "address", "tag",
					   "port"};

	for (size_t i = 0; i < val_len_list(list); i++) {
		struct val s = val_at(list, i);
		struct str address = text_of(&s, "ServiceAddress");
		const char *port = arena_printf(
			m->a, "%lld",
			(long long)val_field(&s, "ServicePort")->i);
		struct str values[] = {
			text_of(&s, "ServiceID"), text_of(&s, "ServiceName"),
			address.n ? address : text_of(&s, "Address"),
			tags_of(m, &s), str_of(port)};

		for (size_t k = 0; k < COUNT(keys); k++) {
			const char *format = m->spec->format[k];
			struct naming names = {str_of(keys[k]), values[1]};

			if (!*format)
				format = "{{service}}/{{key}}";
			if (put(m, format, &names, values[k]) < 0)
				return -1;
		}
	}
	return 0;
}

/* The inner data of KV version 2. */
static const struct val *secret_data(const struct val *secret)
{
	const struct val *data = val_field(secret, "Data"), *meta, *inner;

	if (!data || val_kind(data) != KIND_MAP)
		return NULL;
	meta = val_map_gets(data, STR("metadata"));
	inner = val_map_gets(data, STR("data"));
	if (!meta || val_kind(meta) != KIND_MAP ||
	    !val_map_gets(meta, STR("version")))
		return data;
	return inner && val_kind(inner) == KIND_MAP ? inner : NULL;
}

static int put_secret(struct making *m, const struct val *secret)
{
	const struct val *data = secret->fields ? secret_data(secret) : NULL;
	size_t n = 0;
	const struct val_entry *e = data ? val_map_entries(data, &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		if (!e[i].v.type)
			continue;
		if (e[i].v.type != &type_string) {
			log_warn("runner", "skipping key '%.*s' of %s: its "
				 "value is no string", (int)e[i].key.s.n,
				 e[i].key.s.p, m->spec->path);
			continue;
		}
		if (put_key(m, e[i].key.s, e[i].v.s) < 0)
			return -1;
	}
	return 0;
}

/* --- for the runner --- */

int vars_execute(struct job *j, const struct tmpl_host *h, struct buf *out,
		 struct arena *a, struct err *e)
{
	const struct render_config *c = j->r->conf;
	jmp_buf oom;

	if (setjmp(oom)) {
		a->oom = NULL;
		return err_nomem(e);
	}
	// cppcheck-suppress autoVariables // until this returns
	a->oom = &oom;
	for (size_t i = 0; i < c->nvars; i++) {
		struct making m = {c, &c->vars[i], a, out, e};
		struct val data;
		bool have = false;
		int ret;

		if (h->query(h->ctx, &j->r->asks[i], &data, &have, e) < 0)
			return -1;
		if (!have || !data.type)
			continue;
		ret = m.spec->kind == DEP_KV_LIST      ? put_prefix(&m, &data)
		      : m.spec->kind == DEP_VAULT_READ ? put_secret(&m, &data)
						       : put_services(&m, &data);
		if (ret < 0)
			return err_wrap(e, "%s", m.spec->path);
	}
	a->oom = NULL;
	return 0;
}

int vars_write(struct job *j, struct str text, struct err *e)
{
	struct runner *r = j->r;
	struct str old = str_n(buf_str(&r->vars), r->vars.len);

	if (j->rendered && str_eq(text, old)) {
		j->complete = true;
		return 0;
	}
	if (r->vars.p)
		explicit_bzero(r->vars.p, r->vars.len);
	buf_reset(&r->vars);
	if (text.n && buf_add(&r->vars, text.p, text.n) < 0)
		return err_nomem(e);
	pass_written(j);
	return 0;
}

/* A path with its {{ env "X" }} filled in. */
static int resolve(struct runner *r, struct render_vars *s, struct err *e)
{
	struct naming none = {0};
	struct buf BUF_AUTO b = {0};
	struct arena a = {0};
	int ret;

	if (!strstr(s->path, "{{"))
		return 0;
	ret = apply(s->path, &none, &a, &b, e);
	arena_free(&a);
	if (ret < 0)
		return err_wrap(e, "path %s", s->path);
	s->path = arena_dup(&r->arena, buf_str(&b), b.len);
	return s->path ? 0 : err_nomem(e);
}

int vars_open(struct runner *r, struct err *e)
{
	struct render_config *c = r->conf;
	jmp_buf oom;

	if (!c->env)
		return 0;
	if (setjmp(oom)) {
		r->arena.oom = NULL;
		return err_nomem(e);
	}
	r->arena.oom = &oom;
	r->asks = arena_array(&r->arena, c->nvars + 1, sizeof(*r->asks));
	for (size_t i = 0; i < c->nvars; i++) {
		struct render_vars *s = &c->vars[i];
		const char *path;

		if (resolve(r, s, e) < 0)
			return -1;
		path = s->path + (s->kind == DEP_KV_LIST && *s->path == '/');
		s->path = path;
		if (!*path && s->kind == DEP_KV_LIST)
			path = "/";
		if (query_parse(&r->arena, s->kind, str_of(path), "",
				&r->asks[i], e) < 0)
			return -1;
	}
	r->arena.oom = NULL;
	return 0;
}

static int check_format(const char *text, struct err *e)
{
	struct tmpl *t;

	if (!*text)
		return 0;
	if (parse(&t, text, e) < 0)
		return -1;
	tmpl_free(t);
	return 0;
}

static int take_words(struct render_config *c, char *const *words,
		      struct err *e)
{
	struct buf BUF_AUTO line = {0};
	const char **one = arena_array(&c->arena, 2, sizeof(*one));
	const char **v;
	size_t n = 0;

	while (words[n])
		n++;
	v = arena_array(&c->arena, n + 1, sizeof(*v));
	if (!one || !v)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		buf_addf(&line, "%s%s", i ? " " : "", words[i]);
		v[i] = arena_strdup(&c->arena, words[i]);
	}
	one[0] = arena_dup(&c->arena, buf_str(&line), line.len);
	c->exec.command = (struct render_list){one, *one[0] ? 1 : 0};
	c->words = (struct render_list){v, n};
	return 0;
}

int vars_check(struct render_config *c, char *const *words, struct err *e)
{
	for (size_t i = 0; i < c->nvars; i++) {
		const struct render_vars *s = &c->vars[i];

		for (size_t k = 0; k < COUNT(s->format); k++)
			if (s->format[k] && check_format(s->format[k], e) < 0)
				return err_wrap(e, "%s", s->path);
		for (size_t k = 0; k < s->formats.n; k++)
			if (check_format(s->formats.items[k], e) < 0)
				return err_wrap(e, "%s", s->path);
	}
	if (!c->exec.command.n && words && *words &&
	    take_words(c, words, e) < 0)
		return -1;
	return c->exec.command.n ? 0 : err_set(e, 0, "No command given");
}
