// SPDX-License-Identifier: MIT
/* flags - one command line flag into the tree of what was given. */
#include "render/load.h"

#include <limits.h>

#include "base/num.h"

#include "conf.h"

static void set(struct render_load *l, const char *path, struct val v)
{
	conf_set(&l->arena, &l->given, path, v);
}

/* strconv.ParseInt's words for a number of 32 bits. */
static int integer(const char *value, int64_t *out, struct err *e)
{
	const char *p = value + (*value == '-' || *value == '+');
	bool syntax = !*p;

	if (num_i64(str_of(value), INT_MIN, INT_MAX, out))
		return 0;
	for (; *p; p++)
		syntax = syntax || !ascii_digit((unsigned char)*p);
	return err_set(e, 0, "strconv.ParseInt: parsing \"%s\": %s", value,
		       syntax ? "invalid syntax" : "value out of range");
}

/* A list at a dotted path with one element more. */
static void append(struct render_load *l, const char *path, struct val item)
{
	struct str rest = str_of(path), key;
	const struct val *old = &l->given;
	struct val list;

	while (old && str_split(&rest, '.', &key))
		old = val_kind(old) == KIND_MAP ? val_map_gets(old, key) : NULL;
	list = old ? *old
		   : val_list(&l->arena,
			      val_kind(&item) == KIND_STRING ? &type_strings
							     : &type_anys,
			      1);
	val_push(&l->arena, &list, item);
	set(l, path, list);
}

static int auth(struct render_load *l, const char *path, const char *value,
		struct err *e)
{
	struct val block = val_map(&l->arena, &type_map_any);
	struct str s = str_of(arena_strdup(&l->arena, value)), user;

	if (!s.n)
		return err_set(e, 0, "auth: cannot be empty");
	user = str_cut(s, 0, str_chr(s, ':') < 0 ? s.n : (size_t)str_chr(s, ':'));
	val_map_sets(&l->arena, &block, STR("enabled"), val_bool(true));
	val_map_sets(&l->arena, &block, STR("username"), val_str(user));
	if (user.n < s.n)
		val_map_sets(&l->arena, &block, STR("password"),
			     val_str(str_cut(s, user.n + 1, s.n)));
	set(l, path, block);
	return 0;
}

/* Flags whose name is not the key's path written with dashes. */
static const struct {
	const char *flag, *path;
} others[] = {
	{"consul-addr", "consul.address"},
	{"consul-retry", "consul.retry.enabled"},
	{"consul-ssl", "consul.ssl.enabled"},
	{"dedup", "deduplicate.enabled"},
	{"default-left-delimiter", "default_delimiters.left"},
	{"default-right-delimiter", "default_delimiters.right"},
	{"log-file", "log_file.path"},
	{"log-rotate-bytes", "log_file.log_rotate_bytes"},
	{"log-rotate-duration", "log_file.log_rotate_duration"},
	{"log-rotate-max-files", "log_file.log_rotate_max_files"},
	{"retry", "consul.retry.backoff"},
	{"syslog", "syslog.enabled"},
	{"vault-addr", "vault.address"},
	{"vault-agent-token-file", "vault.vault_agent_token_file"},
	{"vault-retry", "vault.retry.enabled"},
	{"vault-ssl", "vault.ssl.enabled"},
};

/* Whether a flag's name begins with a key's, and how long that is. */
static size_t matches(const char *flag, const char *key)
{
	size_t n = 0;

	for (; key[n]; n++)
		if (flag[n] != (key[n] == '_' ? '-' : key[n]))
			return 0;
	return !flag[n] || flag[n] == '-' ? n : 0;
}

/* "consul-ssl-ca-cert" is consul.ssl.ca_cert. */
static bool find(const struct conf_block *b, const char *flag, struct buf *path)
{
	size_t before = path->len;

	for (size_t i = 0; i < b->n; i++) {
		const struct conf_key *k = &b->keys[i];
		size_t n = matches(flag, k->name);

		if (!n || !conf_has(b, i) ||
		    (flag[n] && k->type != CONF_BLOCK))
			continue;
		buf_addf(path, "%s%s", before ? "." : "", k->name);
		if (!flag[n] || find(k->block, flag + n + 1, path))
			return true;
		buf_cut(path, before);
	}
	return false;
}

static int leaf(struct render_load *l, const char *path,
		const struct conf_key *k, const char *value, struct err *e)
{
	struct val v = val_none();
	int64_t i = 0;
	int number = 0;

	switch ((enum conf_type)k->type) {
	case CONF_BOOL:
		v = val_bool(opt_bool(value) == 1);
		break;
	case CONF_INT:
		if (integer(value, &i, e) < 0)
			return -1;
		v = val_int64(i);
		break;
	case CONF_DUR:
		if (dur_parse(str_of(value), &i, e) < 0)
			return -1;
		v = val_int64(i);
		break;
	case CONF_SIGNAL:
		if (conf_signal(str_of(value), &number, e) < 0)
			return -1;
		v = val_int64(number);
		break;
	case CONF_LIST:
		append(l, path, val_cstr(arena_strdup(&l->arena, value)));
		return 0;
	case CONF_BLOCK: /* wait has a form of its own */
		if (conf_wait(&l->arena, str_of(value), &v, e) < 0)
			return -1;
		break;
	case CONF_BLOCKS:
		if (conf_template(&l->arena, str_of(value), &v, e) < 0)
			return -1;
		append(l, path, v);
		return 0;
	case CONF_STR:
	case CONF_FLOAT:
	case CONF_WORDS:
	case CONF_PERMS:
	case CONF_ID:
		v = val_cstr(arena_strdup(&l->arena, value));
		break;
	}
	set(l, path, v);
	return 0;
}

/* envconsul's: what is fetched. */
static bool env_flag(struct render_load *l, struct str flag, const char *value)
{
	static const char *const formats[] = {"id", "name", "address", "tag",
					      "port"};
	bool service = str_is(flag, "service-query");
	struct val v;

	if (str_is(flag, "no-prefix")) {
		l->no_prefix_given = true;
		l->no_prefix = opt_bool(value) == 1;
		return true;
	}
	if (str_prefix(flag, STR("service-format-"))) {
		for (size_t i = 0; i < COUNT(formats); i++)
			if (str_is(str_cut(flag, 15, flag.n), formats[i]))
				l->format[i] = value;
		return true;
	}
	if (!service && !str_is(flag, "prefix") && !str_is(flag, "secret"))
		return false;
	v = val_map(&l->arena, &type_map_any);
	val_map_sets(&l->arena, &v, service ? STR("query") : STR("path"),
		     val_cstr(value));
	append(l, service ? "service" : flag.p, v);
	return true;
}

/* The flags that are no key, or not only. */
static int apply(struct render_load *l, const char *name, const char *value,
		 struct err *e)
{
	struct buf BUF_AUTO path = {0};
	struct str flag = str_of(name);
	struct val v;

	if (str_is(flag, "config"))
		return strlist_add(&l->paths, value) < 0 ? err_nomem(e) : 0;
	if (str_is(flag, "consul-auth"))
		return auth(l, "consul.auth", value, e);
	if (str_is(flag, "template-error-fatal")) {
		l->error_fatal_given = true;
		l->error_fatal = opt_bool(value) == 1;
		return 0;
	}
	if (l->root == &conf_env_root && env_flag(l, flag, value))
		return 0;
	if (str_is(flag, "exec")) { /* one element, whatever commas it has */
		v = val_list(&l->arena, &type_strings, 1);
		val_push(&l->arena, &v, val_cstr(value));
		set(l, "exec.command", v);
		return 0;
	}
	for (size_t i = 0; i < COUNT(others); i++)
		if (str_is(flag, others[i].flag))
			return leaf(l, others[i].path,
				    conf_key_at(l->root, others[i].path), value,
				    e);
	if (!find(l->root, name, &path))
		return err_set(e, 0, "no such flag");
	/* The tree keeps the path's pieces as its keys. */
	name = arena_strdup(&l->arena, path.p);
	return leaf(l, name, conf_key_at(l->root, name), value, e);
}

int render_flag(struct render_load *l, const char *name, const char *value,
		struct err *e)
{
	jmp_buf oom;
	volatile int rc;

	if (setjmp(oom)) {
		l->arena.oom = NULL;
		return err_nomem(e);
	}
	l->arena.oom = &oom;
	rc = apply(l, name, value, e);
	l->arena.oom = NULL;
	return rc;
}
