// SPDX-License-Identifier: MIT
/* load - the sources of a configuration in their order: defaults, files from
 * left to right, CT_LOCAL_CONFIG, flags; see render/load.h. */
#include "render/load.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/num.h"
#include "os/file.h"

#include "conf.h"
#include "vars.h"

/* A supervisor starts us in the service directory and tells there, by s6's
 * convention, where it waits for the news that we are ready. */
static int supervised_fd(void)
{
	char text[16];
	ssize_t n = file_peek(AT_FDCWD, "notification-fd", text, sizeof(text),
			      NULL);
	struct str s = str_trim(str_n(text, n > 0 ? (size_t)n : 0), " \t\r\n");
	struct stat st;
	uint64_t fd;

	if (!num_u64(s, 1 << 20, &fd) || fd < 3 || fstat((int)fd, &st) < 0 ||
	    !S_ISFIFO(st.st_mode))
		return -1;
	return (int)fd;
}

void render_load_init(struct render_load *l)
{
	*l = (struct render_load){.root = &conf_root,
				  .log = {.fd = -1, .sock = -1}};
	arena_init(&l->arena, 0);
	l->notify_fd = supervised_fd();
}

void render_load_env(struct render_load *l)
{
	render_load_init(l);
	l->root = &conf_env_root;
}

void render_load_end(struct render_load *l)
{
	render_log_close(&l->log);
	strlist_free(&l->paths);
	arena_free(&l->arena);
}

int render_load_local(struct render_load *l, const char *text, struct err *e)
{
	jmp_buf oom;

	if (setjmp(oom)) {
		l->arena.oom = NULL;
		return err_nomem(e);
	}
	l->arena.oom = &oom;
	if (conf_read(&l->arena, l->root, str_of(text), &l->given, e) < 0) {
		l->arena.oom = NULL;
		return -1;
	}
	l->arena.oom = NULL;
	return 0;
}

/* Old stanzas of envconsul that are Consul's now. */
static void move_old(struct arena *a, struct val *tree)
{
	static const char *const old[][2] = {{"auth", "consul.auth"},
					     {"ssl", "consul.ssl"}};

	for (size_t i = 0; i < COUNT(old); i++) {
		const struct val *v = conf_get(tree, old[i][0]);

		if (!v)
			continue;
		log_warn(NULL, "the %s stanza belongs inside consul now",
			 old[i][0]);
		conf_set(a, tree, old[i][1], *v);
	}
}

/* What -no-prefix and -service-format-* say holds for everything that other
 * flags name. */
static void apply_wide(struct render_load *l)
{
	static const char *const lists[] = {"prefix", "secret", "service"};
	static const char *const formats[] = {"format_id", "format_name",
					      "format_address", "format_tag",
					      "format_port"};

	for (size_t k = 0; k < COUNT(lists); k++) {
		const struct val *v = conf_get(&l->given, lists[k]);

		for (size_t i = 0; v && i < val_len_list(v); i++) {
			struct val *t = &v->list->items[i];

			if (k < 2 && l->no_prefix_given)
				val_map_sets(&l->arena, t, STR("no_prefix"),
					     val_bool(l->no_prefix));
			for (size_t f = 0; k == 2 && f < COUNT(formats); f++)
				if (l->format[f])
					val_map_sets(&l->arena, t,
						     str_of(formats[f]),
						     val_cstr(l->format[f]));
		}
	}
}

static int read_files(struct render_load *l, struct arena *a, struct val *tree,
		      struct err *e)
{
	for (size_t i = 0; i < l->paths.n; i++)
		if (conf_read_path(a, l->root, l->paths.items[i], tree,
				   e) < 0)
			return -1;
	/* In the original these two keys of a file are lost in merging. */
	if (val_kind(tree) == KIND_MAP) {
		static const char *const lost[] = {"once", "parseonly",
						   "parse_only"};

		for (size_t i = 0; i < COUNT(lost); i++) {
			struct val key = val_cstr(lost[i]);

			val_map_del(tree, &key);
		}
	}
	conf_merge(a, l->root, tree, &l->given);
	if (l->root == &conf_env_root)
		move_old(a, tree);
	return 0;
}

static int build(struct render_load *l, struct render_config *c, struct err *e)
{
	struct val tree = val_none();
	struct arena a;
	jmp_buf oom;
	volatile int rc = -1;

	arena_init(&a, 0);
	if (setjmp(oom)) {
		err_nomem(e);
	} else {
		a.oom = l->arena.oom = &oom;
		apply_wide(l);
		l->arena.oom = NULL;
		c->dry = l->dry;
		c->error_fatal_given = l->error_fatal_given;
		c->error_fatal = l->error_fatal;
		if (read_files(l, &a, &tree, e) == 0)
			rc = conf_final(l->root, &tree, c, e);
	}
	l->arena.oom = NULL;
	arena_free(&a);
	if (rc == 0 && c->env)
		rc = vars_check(c, l->words, e);
	if (rc == 0 && c->notify_fd < 0)
		c->notify_fd = l->notify_fd;
	return rc;
}

int render_load(void *ctx, struct render_config **cfg, struct err *e)
{
	struct render_load *l = ctx;
	struct render_config *c = calloc(1, sizeof(*c));
	int level;

	if (!c)
		return err_nomem(e);
	arena_init(&c->arena, 0);
	if (build(l, c, e) < 0)
		goto fail;
	level = log_level_parse(c->log_level);
	if (level < 0 && c->env && str_ieq(str_of(c->log_level), STR("ERROR")))
		level = LOG_ERR;
	if (level < 0 && c->env) {
		err_set(e, 0, "invalid log level: %s", c->log_level);
		goto fail;
	}
	if (level < 0) {
		err_set(e, 0,
			"invalid log level \"%s\", valid log levels are TRACE, "
			"DEBUG, INFO, WARN, ERR",
			c->log_level);
		goto fail;
	}
	if (render_log_open(&l->log, c, e) < 0)
		goto fail;
	log_set_level((enum log_level)level);
	*cfg = c;
	return 0;
fail:
	render_load_free(l, c);
	return -1;
}

void render_load_free(void *ctx UNUSED, struct render_config *cfg)
{
	if (!cfg)
		return;
	arena_free(&cfg->arena);
	free(cfg);
}

void render_dump(const struct render_config *c, struct buf *b)
{
	conf_dump(c, b);
}
