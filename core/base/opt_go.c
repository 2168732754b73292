// SPDX-License-Identifier: MIT
/* opt_go - the option table read as Go's flag package reads it; its error
 * texts are matched because scripts see them.
 * Source: spec of consul-template 1.1 (facts of Go's flag package). */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/opt.h"

#include "base/opt_store.h"

int opt_bool(const char *s)
{
	static const char *const yes[] = {"1",	  "t",	  "T",
					  "TRUE", "true", "True"};
	static const char *const no[] = {"0",	  "f",	   "F",
					 "FALSE", "false", "False"};

	for (size_t i = 0; i < COUNT(yes); i++) {
		if (!strcmp(s, yes[i]))
			return 1;
		if (!strcmp(s, no[i]))
			return 0;
	}
	return -1;
}

/* Function-style booleans say what strconv says, plain ones "parse error". */
static int set_bool(void *opts, const struct opt *o, const char *value,
		    struct err *e)
{
	int b = opt_bool(value);

	if (o->kind == OPT_FN0) {
		if (b < 0)
			return err_set(e, 0,
				       "invalid boolean value \"%s\" for -%s: "
				       "strconv.ParseBool: parsing \"%s\": "
				       "invalid syntax",
				       value, o->name, value);
		if (o->fn(opts, o, b ? "true" : "false", e) < 0)
			return err_wrap(e,
					"invalid boolean value \"%s\" for -%s",
					value, o->name);
		return 0;
	}
	if (b < 0)
		return err_set(
			e, 0,
			"invalid boolean value \"%s\" for -%s: parse error",
			value, o->name);
	if (o->kind == OPT_FLAG)
		*(bool *)opt_field(opts, o) = b;
	else if (b)
		return opt_store(opts, o, "", e);
	return 0;
}

/* Also 0x10 and 010. */
static int set_number(void *field, const struct opt *o, const char *value,
		      struct err *e)
{
	bool whole = o->kind == OPT_INT, neg = whole && *value == '-';
	const char *p = value + (neg || (whole && *value == '+'));
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(p, &end, 0);
	if (!ascii_digit((unsigned char)*p) || *end)
		return err_set(e, 0, "parse error");
	if (errno || (whole && n > (unsigned long long)INT_MAX + neg))
		return err_set(e, 0, "value out of range");
	if (whole)
		*(int *)field = (int)(neg ? 0 - (int64_t)n : (int64_t)n);
	else
		*(uint64_t *)field = n;
	return 0;
}

static int set_value(void *opts, const struct opt *o, const char *value,
		     struct err *e)
{
	int r = o->kind == OPT_INT || o->kind == OPT_U64
			? set_number(opt_field(opts, o), o, value, e)
			: opt_store(opts, o, value, e);

	if (r < 0 && o->kind == OPT_DUR)
		err_set(e, 0, "parse error");
	if (r < 0)
		return err_wrap(e, "invalid value \"%s\" for flag -%s", value,
				o->name);
	return 0;
}

/* 1: a flag was read; 0: operands begin here; -1: error. */
static int read_flag(const struct opt *table, void *opts, int argc, char **argv,
		     int *i, struct err *e)
{
	const char *arg = argv[*i];
	struct str name = str_of(arg);
	const char *value = NULL;
	const struct opt *o;
	ptrdiff_t eq;
	int r;

	if (name.n < 2 || arg[0] != '-')
		return 0;
	name = str_cut(name, arg[1] == '-' ? 2 : 1, name.n);
	if (!name.n) { /* "--" */
		(*i)++;
		return 0;
	}
	if (name.p[0] == '-' || name.p[0] == '=')
		return err_set(e, 0, "bad flag syntax: %s", arg);
	eq = str_chr(name, '=');
	if (eq > 0) {
		value = name.p + eq + 1;
		name.n = (size_t)eq;
	}
	o = opt_by_name(table, name);
	if (!o)
		return err_set(e, 0, "flag provided but not defined: -%.*s",
			       (int)name.n, name.p);
	(*i)++;
	if (!opt_takes_value(o)) {
		r = set_bool(opts, o, value ? value : "true", e);
	} else {
		if (!value && *i >= argc)
			return err_set(e, 0, "flag needs an argument: -%s",
				       o->name);
		r = set_value(opts, o, value ? value : argv[(*i)++], e);
	}
	return r < 0 ? -1 : 1;
}

int opt_goflags(const struct opt *table, void *opts, int argc, char **argv,
		int *next, struct err *e)
{
	int i = 1;

	while (i < argc) {
		int r = read_flag(table, opts, argc, argv, &i, e);

		if (r < 0)
			return -1;
		if (!r)
			break;
	}
	*next = i;
	return 0;
}
