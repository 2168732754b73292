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
	struct str s = str_of(value), user;

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

static int apply(struct render_load *l, enum render_flag type,
		 const char *path, const char *value, struct err *e)
{
	struct val v = val_none();
	int64_t i = 0;
	int number = 0;

	switch (type) {
	case RENDER_STR:
		set(l, path, val_cstr(value));
		return 0;
	case RENDER_BOOL:
		set(l, path, val_bool(opt_bool(value) == 1));
		return 0;
	case RENDER_INT:
		if (integer(value, &i, e) < 0)
			return -1;
		set(l, path, val_int64(i));
		return 0;
	case RENDER_DUR:
		if (dur_parse(str_of(value), &i, e) < 0)
			return -1;
		set(l, path, val_int64(i));
		return 0;
	case RENDER_SIGNAL:
		if (conf_signal(str_of(value), &number, e) < 0)
			return -1;
		set(l, path, val_int64(number));
		return 0;
	case RENDER_ADD:
		append(l, path, val_cstr(value));
		return 0;
	case RENDER_COMMAND:
		v = val_list(&l->arena, &type_strings, 1);
		val_push(&l->arena, &v, val_cstr(value));
		set(l, path, v);
		return 0;
	case RENDER_WAIT:
		if (conf_wait(&l->arena, str_of(value), &v, e) < 0)
			return -1;
		set(l, path, v);
		return 0;
	case RENDER_AUTH:
		return auth(l, path, value, e);
	case RENDER_TEMPLATE:
		if (conf_template(&l->arena, str_of(value), &v, e) < 0)
			return -1;
		append(l, path, v);
		return 0;
	case RENDER_PATH:
		return strlist_add(&l->paths, value) < 0 ? err_nomem(e) : 0;
	case RENDER_FATAL:
		l->error_fatal_given = true;
		l->error_fatal = opt_bool(value) == 1;
		return 0;
	}
	return 0;
}

int render_flag(struct render_load *l, enum render_flag type, const char *path,
		const char *value, struct err *e)
{
	jmp_buf oom;
	volatile int rc;

	if (setjmp(oom)) {
		l->arena.oom = NULL;
		return err_nomem(e);
	}
	l->arena.oom = &oom;
	rc = apply(l, type, path, value, e);
	l->arena.oom = NULL;
	return rc;
}
