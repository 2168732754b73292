// SPDX-License-Identifier: MIT
/* funcs_world - see funcs_world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/json.h"
#include "funcs_world.h"
#include "tmpl.h"

enum { DATA_MAX = 32 };

static struct {
	const char *id;
	struct val v;
} data[DATA_MAX];
static size_t ndata;
static struct arena kept;
static char asked[4096];

struct arena *world_arena(void)
{
	return &kept;
}

void world_put_val(const char *id, struct val v)
{
	assert_true(ndata < DATA_MAX);
	data[ndata].id = id;
	data[ndata++].v = v;
}

void world_put(const char *id, const struct val_type *t, const char *json)
{
	struct val v = val_none(), typed = val_none();
	struct err e = {0};

	if (*json) {
		assert_int_equal(json_parse(&kept, str_of(json), 0, &v, &e),
				 0);
		if (shape_decode(&kept, t, &v, &typed, &e) < 0)
			fail_msg("%s", e.text);
	}
	world_put_val(id, typed);
}

void world_clear(void)
{
	ndata = 0;
	arena_free(&kept);
}

const char *world_asked(void)
{
	return asked;
}

static void note(const char *text, const char *behind)
{
	size_t n = strlen(asked);

	snprintf(asked + n, sizeof(asked) - n, "%s%s", text, behind);
}

static int query(void *ctx, const struct tmpl_query *q, struct val *out,
		 bool *have, struct err *e)
{
	(void)ctx;
	(void)e;
	note(q->id, " ");
	for (size_t i = 0; i < ndata; i++) {
		if (strcmp(data[i].id, q->id) != 0)
			continue;
		*have = true;
		*out = data[i].v;
	}
	return 0;
}

static void hold(void *ctx, const struct tmpl_query *q)
{
	(void)ctx;
	note(q->id, "! ");
}

/* 2026-01-02 03:04:05.000006 UTC */
static struct timespec now(void *ctx)
{
	(void)ctx;
	return (struct timespec){1767323045, 6000};
}

static int counting(void *ctx, void *p, size_t n, struct err *e)
{
	static unsigned char next;

	(void)ctx;
	(void)e;
	for (size_t i = 0; i < n; i++)
		((unsigned char *)p)[i] = next++;
	return 0;
}

static const char *env(void *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "EMPTY") == 0)
		return "";
	return strcmp(name, "NAME") == 0 ? "value" : NULL;
}

static void output(void *ctx, struct str text)
{
	(void)ctx;
	note(arena_dup(&kept, text.p, text.n), "");
}

static int run(void *ctx, struct arena *a, const char *const *argv,
	       struct str *out, struct err *e)
{
	struct buf b = {0};

	(void)ctx;
	(void)e;
	for (size_t i = 0; argv[i]; i++)
		buf_addf(&b, "<%s>", argv[i]);
	*out = str_n(arena_dup(a, buf_str(&b), b.len), b.len);
	buf_free(&b);
	return 0;
}

static int write_file(void *ctx, const char *path, const char *user,
		      const char *group, unsigned mode, unsigned flags,
		      struct str content, struct err *e)
{
	char text[200];

	(void)ctx;
	(void)e;
	snprintf(text, sizeof(text), "%s:%s:%s:%o:%u:%.*s ", path, user, group,
		 mode, flags, (int)content.n, content.p);
	note(text, "");
	return 0;
}

static int interfaces(void *ctx, struct arena *a, struct val *out,
		      struct err *e)
{
	static const char json[] =
		"[{\"name\":\"lo\",\"address\":\"127.0.0.1/8\",\"flags\":37},"
		"{\"name\":\"lo\",\"address\":\"::1/128\",\"flags\":37},"
		"{\"name\":\"eth0\",\"address\":\"10.1.2.3/16\",\"flags\":51,"
		"\"default\":true},"
		"{\"name\":\"eth0\",\"address\":\"2001:db8::7/64\","
		"\"flags\":51,\"default\":true},"
		"{\"name\":\"eth1\",\"address\":\"8.8.4.4/24\",\"flags\":51},"
		"{\"name\":\"eth2\",\"address\":\"192.168.7.9/24\","
		"\"flags\":50}]";

	(void)ctx;
	if (json_parse(a, str_of(json), 0, out, e) < 0)
		return -1;
	for (size_t i = 0; i < val_len_list(out); i++) {
		struct val *m = &out->list->items[i];
		double flags = val_map_gets(m, STR("flags"))->f;

		val_map_sets(a, m, STR("flags"), val_int((int64_t)flags));
	}
	return 0;
}

static bool denied(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "mustEnv") == 0 && ndata;
}

const char *world_render(struct arena *a, const char *text, size_t max)
{
	static const struct tmpl_host host = {
		.dest = "out",	 .query = query,
		.hold = hold,	 .now = now,
		.random = counting, .env = env,
		.output = output, .run = run,
		.write_file = write_file, .interfaces = interfaces,
		.denied = denied,
	};
	static const struct tmpl_opts opts = {.funcs = &funcs_table};
	struct arena work;
	struct buf b = {0};
	struct tmpl *t = NULL;
	struct err e = {0};
	const char *out, *at;

	asked[0] = '\0';
	arena_init(&work, max);
	if (tmpl_parse(&t, str_of(text), &opts, &e) == 0 &&
	    tmpl_exec(t, &host, TMPL_MISSING_ZERO, val_none(), &b, &work,
		      &e) == 0) {
		out = arena_dup(a, buf_str(&b), b.len);
	} else {
		at = strstr(e.text, ">: ");
		out = arena_printf(a, "! %s", at ? at + 3 : e.text);
	}
	buf_free(&b);
	arena_free(&work);
	if (t)
		tmpl_free(t);
	return out;
}

void world_check(const char *text, const char *expected)
{
	struct arena a;

	arena_init(&a, 0);
	assert_string_equal(world_render(&a, text, 0), expected);
	arena_free(&a);
}
