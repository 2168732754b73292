// SPDX-License-Identifier: MIT
/* sig - the signature strings of template functions (see tmpl/func.h), taken
 * apart into parameter types. */
#include "tmpl/ast.h"

/* Types named by one letter. */
static const struct val_type *letter(char c)
{
	switch (c) {
	case 'b':
		return &type_bool;
	case 'i':
		return &type_int;
	case 'l':
		return &type_int64;
	case 'u':
		return &type_uint64;
	case 'f':
		return &type_float64;
	case 's':
		return &type_string;
	case 'y':
		return &type_bytes;
	case 'S':
		return &type_strings;
	case 'A':
		return &type_anys;
	case 'M':
		return &type_map_any;
	case 'a':
		return &type_any;
	case 'm':
		return &type_map_str;
	case 'r':
		return &type_reflect;
	case 'h':
		return &type_held;
	default:
		return NULL;
	}
}

/* One type off the text; NULL: there is none. */
static const struct val_type *take_type(const struct tmpl_funcs *funcs,
					const char **p)
{
	const char *name = *p, *end;
	const struct val_type *t = letter(*name);

	if (t) {
		++*p;
		return t;
	}
	if (*name == 'd') {
		++*p;
		name = "time.Duration";
		end = name + strlen(name);
	} else {
		if (*name++ != '<' || !(end = strchr(name, '>')))
			return NULL;
		*p = end + 1;
	}
	if (funcs && funcs->type)
		return funcs->type(name, (size_t)(end - name));
	return NULL;
}

int sig_parse(struct arena *a, const struct tmpl_funcs *funcs, const char *text,
	      struct sig *s, struct err *e)
{
	const char *p = text;

	*s = (struct sig){0};
	s->param = arena_array(a, strlen(text) + 1, sizeof(void *));
	if (!s->param)
		return err_nomem(e);
	while (*p && *p != ':') {
		if (strncmp(p, "..", 2) == 0) {
			s->variadic = true;
			p += 2;
		}
		s->param[s->n] = take_type(funcs, &p);
		if (!s->param[s->n++])
			return err_set(e, 0, "bad signature \"%s\"", text);
	}
	if (*p++ != ':' || !(s->result = take_type(funcs, &p)) || *p)
		return err_set(e, 0, "bad signature \"%s\"", text);
	return 0;
}
