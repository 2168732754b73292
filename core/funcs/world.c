// SPDX-License-Identifier: MIT
/* world - environment, files and programs, all through the host. */
#include "funcs/ask.h"
#include "funcs/parse.h"
#include "funcs/themes.h"

/* NULL when it is not set. */
static const char *variable(struct tmpl_call *c, struct str name)
{
	char *s = cstr(c, name);

	/* no name holds a NUL or '=' */
	if (!c->host->env || strlen(s) != name.n)
		return NULL;
	return c->host->env(c->host->ctx, s);
}

/*: env NAME
 * {{ env "NAME" }} => value
 */
FN(env)
{
	const char *v = variable(c, args[0].s);

	return ret_str(out, v ? str_of(arena_strdup(c->arena, v)) : STR(""));
}

/*: envOrDefault NAME DEFAULT
 * {{ envOrDefault "NONE" "x" }} => x
 */
FN(env_or_default)
{
	const char *v = variable(c, args[0].s);

	return v ? ret_str(out, str_of(arena_strdup(c->arena, v)))
		 : ret(out, args[1]);
}

/*: mustEnv NAME
 * {{ mustEnv "NAME" }} => value
 */
FN(must_env)
{
	const char *v = variable(c, args[0].s);

	if (!v || !*v)
		return fail(c, "required environment variable %.*s is empty",
			    STRF(args[0].s));
	return ret_str(out, str_of(arena_strdup(c->arena, v)));
}

/*: executeTemplate NAME [DATA]
 * {{ define "t" }}<{{ . }}>{{ end }}{{ executeTemplate "t" 1 | toUpper }} => <1>
 */
FN(execute)
{
	struct val none = val_none();

	if (n > 2)
		return fail(c, "executeTemplate: wrong number of arguments, "
			       "expected 1 or 2, but got %zu",
			    n);
	return tmpl_execute_template(c, args[0].s, n > 1 ? &args[1] : &none,
				     out);
}

/*: file PATH
 * {{ file "/etc/hostname" }} ~> web-1
 */
FN(file)
{
	struct str name = space_trim(args[0].s);
	const char *path = cstr(c, name);
	bool have;

	*out = val_cstr("");
	if (!name.n)
		return 0;
	if (c->host->sandbox &&
	    c->host->sandbox(c->host->ctx, c->arena, path, &path, c->err) < 0)
		return -1;
	if (ask_text(c, DEP_FILE, str_of(path), out, &have) < 0)
		return -1;
	if (!out->type)
		*out = val_cstr("");
	return 0;
}

/*: plugin PROGRAM [ARGUMENT...]
 * {{ plugin "echo" "hello" }} ~> hello
 */
FN(plugin)
{
	const char **argv = arena_array(c->arena, n + 1, sizeof(*argv));
	struct str text;
	size_t k = 0;

	*out = val_cstr("");
	if (!args[0].s.n)
		return 0;
	if (!c->host->run)
		return no_host(c);
	argv[k++] = cstr(c, args[0].s);
	for (size_t i = 1; i < n; i++) {
		struct str arg = space_trim(args[i].s);

		if (arg.n)
			argv[k++] = cstr(c, arg);
	}
	if (c->host->run(c->host->ctx, c->arena, argv, &text, c->err) < 0)
		return -1;
	return ret_str(out, space_trim(text));
}

/*: writeToFile PATH USER GROUP MODE [FLAGS] TEXT
 * {{ key "tls/cert" | writeToFile "/run/cert.pem" "app" "app" "0640" "append,newline" }} ~>
 */
FN(write_to_file)
{
	enum { APPEND = 1, NEWLINE = 2 };
	unsigned flags = 0;
	enum num_result r;
	uint64_t mode;

	*out = val_cstr("");
	if (n < 5)
		return fail(c, "runtime error: index out of range [-1]");
	r = parse_uint(args[3].s, 8, &mode);
	if (r == NUM_OK && mode > UINT32_MAX)
		r = NUM_RANGE;
	if (r != NUM_OK)
		return fail_num(c, "", "ParseUint", args[3].s, r);
	if (n == 6 && str_has(args[4].s, STR("append")))
		flags |= APPEND;
	if (n == 6 && str_has(args[4].s, STR("newline")))
		flags |= NEWLINE;
	if (!c->host->write_file)
		return no_host(c);
	return c->host->write_file(c->host->ctx, cstr(c, args[0].s),
				   cstr(c, args[1].s), cstr(c, args[2].s),
				   (unsigned)mode, flags, args[n - 1].s,
				   c->err);
}

static const struct tmpl_func table[] = {
	{"env", "s:s", env},
	{"envOrDefault", "ss:s", env_or_default},
	{"executeTemplate", "s..a:s", execute},
	{"file", "s:s", file},
	{"mustEnv", "s:s", must_env},
	{"plugin", "s..s:s", plugin},
	{"writeToFile", "ssss..s:s", write_to_file},
};

THEME(theme_world, "environment", table);
