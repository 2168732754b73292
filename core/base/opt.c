// SPDX-License-Identifier: MIT
/* opt - the option table and its first reader, POSIX short options with
 * optional GNU long names; Go's dialect is in opt_go.c. See base/opt.h. */
#include "base/opt.h"

#include <limits.h>
#include <string.h>

#include "base/dur.h"
#include "base/num.h"
#include "base/vec.h"

#include "base/opt_store.h"

bool opt_takes_value(const struct opt *o)
{
	switch ((enum opt_kind)o->kind) {
	case OPT_FLAG:
	case OPT_SET:
	case OPT_BIT:
	case OPT_FN0:
		return false;
	case OPT_STR:
	case OPT_U32:
	case OPT_U64:
	case OPT_INT:
	case OPT_DUR:
	case OPT_FN:
	case OPT_LIST:
		return true;
	}
	return false;
}

void *opt_field(void *opts, const struct opt *o)
{
	return (char *)opts + o->off;
}

static int store_number(void *field, const struct opt *o, const char *value,
			struct err *e)
{
	uint64_t u;
	int64_t i;

	if (o->kind == OPT_INT) {
		if (!num_i64(str_of(value), INT_MIN, INT_MAX, &i))
			return err_set(e, 0, "invalid number %s", value);
		*(int *)field = (int)i;
		return 0;
	}
	if (!num_arg(value, o->kind == OPT_U32 ? UINT32_MAX : UINT64_MAX, &u))
		return err_set(e, 0, "invalid number %s", value);
	if (o->kind == OPT_U32)
		*(uint32_t *)field = (uint32_t)u;
	else
		*(uint64_t *)field = u;
	return 0;
}

int opt_store(void *opts, const struct opt *o, const char *value, struct err *e)
{
	void *field = opt_field(opts, o);

	switch ((enum opt_kind)o->kind) {
	case OPT_FLAG:
		*(bool *)field = true;
		return 0;
	case OPT_SET:
		*(int *)field = o->val;
		return 0;
	case OPT_BIT:
		*(unsigned *)field |= (unsigned)o->val;
		return 0;
	case OPT_STR:
		*(const char **)field = value;
		return 0;
	case OPT_U32:
	case OPT_U64:
	case OPT_INT:
		return store_number(field, o, value, e);
	case OPT_DUR:
		return dur_parse(str_of(value), field, e);
	case OPT_FN:
	case OPT_FN0:
		return o->fn(opts, o, value, e);
	case OPT_LIST:
		if (strlist_add(field, value) < 0)
			return err_nomem(e);
		return 0;
	}
	return 0;
}

static bool is_last(const struct opt *o)
{
	return !o->letter && !o->name;
}

const struct opt *opt_by_name(const struct opt *table, struct str name)
{
	for (; !is_last(table); table++)
		if (table->name && str_is(name, table->name))
			return table;
	return NULL;
}

static const struct opt *by_letter(const struct opt *table, char c)
{
	for (; !is_last(table); table++)
		if (table->letter && table->letter == c)
			return table;
	return NULL;
}

/* A function's own text says what was wrong; the others learn whose value it
 * was. */
static int store_named(void *opts, const struct opt *o, const char *value,
		       const char *dashes, struct str name, struct err *e)
{
	if (opt_store(opts, o, value, e) == 0)
		return 0;
	return o->kind == OPT_FN ? -1
				 : err_wrap(e, "option %s%.*s", dashes,
					    (int)name.n, name.p);
}

/* "--name", "--name=value", "--name value". */
static int read_long(const struct opt *table, void *opts, char **argv, int *i,
		     struct err *e)
{
	struct str name = str_of(argv[*i] + 2);
	ptrdiff_t eq = str_chr(name, '=');
	const char *value = NULL;
	const struct opt *o;

	if (eq >= 0) {
		value = name.p + eq + 1;
		name.n = (size_t)eq;
	}
	o = opt_by_name(table, name);
	if (!o)
		return err_set(e, 0, "unrecognized option: --%.*s", (int)name.n,
			       name.p);
	if (!opt_takes_value(o)) {
		if (value)
			return err_set(e, 0, "option --%s takes no argument",
				       o->name);
		return opt_store(opts, o, "", e);
	}
	if (!value && !(value = argv[++*i]))
		return err_set(e, 0, "option --%s needs an argument", o->name);
	return store_named(opts, o, value, "--", name, e);
}

/* A bundle: "-abc", "-t5", "-t 5". */
static int read_short(const struct opt *table, void *opts, char **argv, int *i,
		      struct err *e)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct opt *o = by_letter(table, *p);
		const char *value;

		if (!o)
			return err_set(e, 0, "unrecognized option: -%c", *p);
		if (!opt_takes_value(o)) {
			if (opt_store(opts, o, "", e) < 0)
				return -1;
			continue;
		}
		value = p[1] ? p + 1 : argv[++*i];
		if (!value)
			return err_set(e, 0, "option -%c needs an argument", *p);
		return store_named(opts, o, value, "-", str_n(p, 1), e);
	}
	return 0;
}

int opt_getopt(const struct opt *table, void *opts, int argc, char **argv,
	       int *next, struct err *e)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (a[0] != '-' || !a[1])
			break;
		if (!strcmp(a, "--")) {
			i++;
			break;
		}
		if (a[1] == '-' ? read_long(table, opts, argv, &i, e) < 0
				: read_short(table, opts, argv, &i, e) < 0)
			return -1;
	}
	*next = i < argc ? i : argc;
	return 0;
}
