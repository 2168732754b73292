// SPDX-License-Identifier: MIT
/* multisubstitute - put several values into the command line at once
 *
 * usage: multisubstitute { directives... } prog...
 *
 * Directives: define, importas, elglob, elgetpositionals and multidefine, each
 * as the command of that name without its prog.
 *
 * Exit: prog's; 100 wrong usage, 111 system call failed, 126 and 127 prog
 *   cannot be executed or found.
 * See: https://skarnet.org/software/execline/multisubstitute.html
 * Fds: own
 */
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct directive {
	const char *name;
	const struct opt *opts;
	size_t size; /* of its options */
	int operands;
	/* takes the operands, may look at what follows; returns how many more
	 * arguments it has used */
	size_t (*add)(struct el_values *v, void *opts, char **args);
};

union any {
	struct el_how define;
	struct el_import import;
	struct el_glob glob;
	struct el_multi multi;
	uint32_t least;
};

static const struct opt define_opts[] = {EL_SPLIT_OPTS(0), {0}};
static const struct opt import_opts[] = {EL_IMPORT_OPTS(0), {0}};
static const struct opt glob_opts[] = {EL_GLOB_OPTS, {0}};
static const struct opt multi_opts[] = {EL_MULTI_OPTS(0), {0}};
static const struct opt pos_opts[] = {{NULL, NULL, 'P', OPT_U32, 0, 0}, {0}};

static size_t add_define(struct el_values *v, void *opts, char **args)
{
	el_transform(el_values_add(v, args[0]), args[1], strlen(args[1]), opts);
	return 0;
}

static size_t add_import(struct el_values *v, void *opts, char **args)
{
	struct el_import *how = opts;

	el_import(v, how, args[0], args[1]);
	if (how->unset)
		el_unsetenv(args[1]);
	return 0;
}

static size_t add_glob(struct el_values *v, void *opts, char **args)
{
	el_glob(v, opts, args[0], args[1]);
	return 0;
}

static size_t add_multi(struct el_values *v, void *opts, char **args)
{
	size_t n = el_block(args + 1, 2);

	el_multi(v, opts, args[0], args + 1);
	return n + 1;
}

static size_t add_pos(struct el_values *v, void *opts, char **args UNUSED)
{
	size_t n;
	char **pos = el_frame_get(&n, 100);

	el_positionals(v, pos, n, *(uint32_t *)opts, 1);
	return 0;
}

static const struct directive directives[] = {
	{"define", define_opts, sizeof(struct el_how), 2, add_define},
	{"importas", import_opts, sizeof(struct el_import), 2, add_import},
	{"elglob", glob_opts, sizeof(struct el_glob), 2, add_glob},
	{"elgetpositionals", pos_opts, sizeof(uint32_t), 0, add_pos},
	{"multidefine", multi_opts, sizeof(struct el_how), 1, add_multi},
};

static const struct directive *find(const char *name)
{
	for (size_t i = 0; i < COUNT(directives); i++)
		if (!strcmp(directives[i].name, name))
			return &directives[i];
	die(100, "syntax error: unrecognized directive %s", name);
}

/* The directive at argv, n arguments being left; returns how many it took. */
static size_t take(struct el_values *v, char **argv, size_t n)
{
	const struct directive *d = find(argv[0]);
	union any opts;
	int next;

	memset(&opts, 0, sizeof opts);
	if (opt_getopt(d->opts, &opts, (int)n, argv, &next, NULL) < 0 ||
	    (int)n - next < d->operands)
		die(100, "syntax error at directive %s", d->name);
	return (size_t)(next + d->operands) + d->add(v, &opts, argv + next);
}

int multisubstitute_main(int argc, char **argv)
{
	struct el_values v = {0};
	int i = applet_opts("multisubstitute", NULL, NULL, argc, argv, 1);
	size_t n = el_block(argv + i, 1);
	char **rest = argv + i + n + 1;

	if (!rest[0])
		applet_usage("multisubstitute");
	for (size_t at = 0; at < n;)
		at += take(&v, argv + i + at, n - at);
	el_values_check(&v, 100);
	el_subst_exec(rest, &v);
}
