// SPDX-License-Identifier: MIT
/* The embedded store: keys as files, waiting for changes, registrations and
 * their liveness. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/json.h"
#include "store/folder.h"

struct fix {
	char dir[64];
	struct loop loop;
	struct store *s;
};

static int set_up(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct consul_conf c = {0};
	struct store_node n = {.name = "box"};
	char addr[80];
	struct err e;

	strcpy(f->dir, "/tmp/store_test.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(addr, sizeof(addr), "dir://%s", f->dir);
	c.address = addr;
	assert_int_equal(loop_init(&f->loop, &e), 0);
	assert_int_equal(store_open(&f->s, &f->loop, NULL, &c, &e), 0);
	assert_int_equal(store_set_node(f->s, &n, &e), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fix *f = *state;
	char cmd[128];

	store_close(f->s);
	assert_int_equal(f->loop.watches, 0);
	loop_free(&f->loop);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", f->dir);
	assert_int_equal(system(cmd), 0);
	free(f);
	return 0;
}

/* A file below the folder, made by somebody else. */
static void file(struct fix *f, const char *name, const char *text)
{
	char path[256], tmp[300], *slash;
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	for (slash = path + strlen(f->dir) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	snprintf(tmp, sizeof(tmp), "%s.new", path);
	slash = strrchr(tmp, '/');
	slash[1] = '.';
	out = fopen(tmp, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(rename(tmp, path), 0);
}

static struct tmpl_query query(enum tmpl_dep kind, const char *name)
{
	return (struct tmpl_query){
		.kind = kind, .id = name, .name = name, .tag = "", .dc = "",
		.near = "", .ns = "", .partition = "", .peer = "",
		.sameness = "", .filter = "", .choose = "", .version = ""};
}

/* Turns the loop until the call has answered, or ms have passed. */
static bool turn(struct fix *f, struct store_wait *w, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while (!w->done && clock_mono_ms() < end)
		assert_int_equal(loop_turn(&f->loop, end, NULL), 0);
	return w->done;
}

/* A query is borrowed until its call ends, so the last ones are kept. */
static struct tmpl_query *keep(struct tmpl_query q)
{
	static struct tmpl_query kept[64];
	static unsigned n;

	kept[n % COUNT(kept)] = q;
	return &kept[n++ % COUNT(kept)];
}

static void fetch(struct fix *f, struct store_wait *w, enum tmpl_dep kind,
		  const char *name, uint64_t index)
{
	struct tmpl_query *q = keep(query(kind, name));
	struct store_ask ask = {.index = index, .wait_ms = 60000};

	memset(w, 0, sizeof(*w));
	assert_int_equal(store_fetch(f->s, q, &ask, store_wait_fn, w, NULL,
				     NULL), 0);
}

static uint64_t now(struct fix *f, struct store_wait *w, enum tmpl_dep kind,
		    const char *name)
{
	fetch(f, w, kind, name, 0);
	assert_true(turn(f, w, 2000));
	if (w->failed)
		fail_msg("%s", w->err.text);
	return w->reply.index;
}

static void assert_key(struct fix *f, const char *key, const char *want)
{
	struct store_wait w;

	now(f, &w, DEP_KV_GET, key);
	assert_int_equal(w.reply.absent, want == NULL);
	if (want)
		assert_true(str_is(w.reply.value.s, want));
	store_wait_free(&w);
}

static void put(struct fix *f, const char *key, const char *value)
{
	struct store_wait w = {0};
	struct err e;

	assert_int_equal(store_put(f->s, key, str_of(value), store_wait_fn, &w,
				   NULL, &e), 0);
	if (store_wait(f->s, &w, &e) < 0)
		fail_msg("put %s: %s", key, e.text);
	store_wait_free(&w);
}

static void keys_and_files(void **state)
{
	struct fix *f = *state;

	assert_key(f, "app/port", NULL);
	file(f, "kv/app/port", "80");
	assert_key(f, "app/port", "80");
	assert_key(f, "app", NULL);
	put(f, "solo", "1");
	put(f, "solo/x/y", "2"); /* the file becomes a folder */
	assert_key(f, "solo", "1");
	assert_key(f, "solo/x/y", "2");
	put(f, "solo", "3");
	assert_key(f, "solo", "3");
	put(f, ".hid/..", "4");
	assert_key(f, ".hid/..", "4");
	put(f, "a//b", "5");
	assert_key(f, "a//b", "5");
	assert_key(f, "a/b", NULL);
	put(f, "50%", "6");
	assert_key(f, "50%", "6");
	put(f, "%41", "7");
	assert_key(f, "%41", "7");
	assert_key(f, "A", NULL);
	put(f, "dir/", "8");
	assert_key(f, "dir/", "8");
	assert_key(f, "dir", NULL);
}

static void never_leaves_the_folder(void **state)
{
	struct fix *f = *state;
	char path[256], secret[80];
	struct store_wait w;

	snprintf(secret, sizeof(secret), "%s.secret", f->dir);
	fclose(fopen(secret, "w"));
	file(f, "kv/in", "inside");
	snprintf(path, sizeof(path), "%s/kv/abs", f->dir);
	assert_int_equal(symlink(secret, path), 0);
	snprintf(path, sizeof(path), "%s/kv/rel", f->dir);
	snprintf(secret, sizeof(secret), "../..%s.secret",
		 strrchr(f->dir, '/'));
	assert_int_equal(symlink(secret, path), 0);
	snprintf(path, sizeof(path), "%s/kv/good", f->dir);
	assert_int_equal(symlink("../kv/in", path), 0);
	assert_key(f, "abs", NULL);
	assert_key(f, "rel", NULL);
	assert_key(f, "good", "inside");
	assert_key(f, "../kv/in", NULL);
	now(f, &w, DEP_KV_LIST, "");
	assert_int_equal(val_len_list(&w.reply.value), 2);
	store_wait_free(&w);
	snprintf(secret, sizeof(secret), "%s.secret", f->dir);
	unlink(secret);
}

/* "k=v;..." of a list. */
static const char *list(struct fix *f, const char *prefix, char out[1024])
{
	struct store_wait w;
	size_t n = 0;

	now(f, &w, DEP_KV_LIST, prefix);
	out[0] = '\0';
	for (size_t i = 0; i < val_len_list(&w.reply.value); i++) {
		struct val *p = &w.reply.value.list->items[i];
		struct str k = val_field(p, "Key")->s;
		struct str v = val_field(p, "Value")->s;

		n += (size_t)snprintf(out + n, 1024 - n, "%.*s=%.*s;", (int)k.n,
				      k.p, (int)v.n, v.p);
	}
	store_wait_free(&w);
	return out;
}

static void lists(void **state)
{
	struct fix *f = *state;
	char out[1024];

	assert_string_equal(list(f, "foo", out), "");
	put(f, "foo/x/", "");
	put(f, "foo/y", "1");
	put(f, "foobar/z", "2");
	put(f, "foo", "0");
	put(f, "other", "no");
	file(f, "kv/foo/.hidden", "no");
	assert_string_equal(list(f, "foo", out), "=0;x/=;y=1;bar/z=2;");
	assert_string_equal(list(f, "foo/", out), "x/=;y=1;");
	assert_string_equal(list(f, "foo/y", out), "=1;");
	assert_string_equal(list(f, "none/at/all", out), "");
}

static void waiting(void **state)
{
	struct fix *f = *state;
	struct store_wait w;
	uint64_t i;

	/* Nothing is there yet, not even the folder of keys. */
	i = now(f, &w, DEP_KV_BLOCK, "app/port");
	assert_true(w.reply.absent);
	store_wait_free(&w);
	fetch(f, &w, DEP_KV_BLOCK, "app/port", i);
	assert_false(turn(f, &w, 60));
	file(f, "kv/app/port", "80");
	assert_true(turn(f, &w, 2000));
	assert_true(str_is(w.reply.value.s, "80"));
	assert_true(w.reply.index > i);
	i = w.reply.index;
	store_wait_free(&w);

	/* A neighbour's change is none of ours. */
	fetch(f, &w, DEP_KV_BLOCK, "app/port", i);
	assert_false(turn(f, &w, 20));
	file(f, "kv/app/other", "x");
	assert_false(turn(f, &w, 60));
	/* Written in place, not renamed. */
	{
		char path[128];
		int fd;

		snprintf(path, sizeof(path), "%s/kv/app/port", f->dir);
		fd = open(path, O_WRONLY | O_TRUNC);
		assert_int_equal(write(fd, "81", 2), 2);
		close(fd);
	}
	assert_true(turn(f, &w, 2000));
	assert_true(str_is(w.reply.value.s, "81"));
	i = w.reply.index;
	store_wait_free(&w);

	/* Between two fetches nothing is lost. */
	file(f, "kv/app/port", "82");
	fetch(f, &w, DEP_KV_BLOCK, "app/port", i);
	assert_true(turn(f, &w, 2000));
	assert_true(str_is(w.reply.value.s, "82"));
	i = w.reply.index;
	store_wait_free(&w);

	/* A cancelled one stays silent. */
	fetch(f, &w, DEP_KV_BLOCK, "app/port", i);
	assert_false(turn(f, &w, 20));
	store_cancel(f->s->calls);
	file(f, "kv/app/port", "83");
	assert_false(turn(f, &w, 60));
	assert_key(f, "app/port", "83");
}

static void waiting_for_lists(void **state)
{
	struct fix *f = *state;
	struct store_wait w;
	uint64_t i;

	file(f, "kv/app/a/1", "x");
	i = now(f, &w, DEP_KV_LIST, "app");
	store_wait_free(&w);
	fetch(f, &w, DEP_KV_LIST, "app", i);
	assert_false(turn(f, &w, 40));
	file(f, "kv/app/a/2", "y");
	assert_true(turn(f, &w, 2000));
	assert_int_equal(val_len_list(&w.reply.value), 2);
	i = w.reply.index;
	store_wait_free(&w);
	fetch(f, &w, DEP_KV_LIST, "app", i);
	file(f, "kv/app/new/deep/3", "z"); /* folders that were not there */
	assert_true(turn(f, &w, 2000));
	i = w.reply.index;
	while (val_len_list(&w.reply.value) < 3) {
		store_wait_free(&w);
		fetch(f, &w, DEP_KV_LIST, "app", i);
		assert_true(turn(f, &w, 2000));
		i = w.reply.index;
	}
	store_wait_free(&w);
}

/* A mounted ConfigMap: all files change by one rename of ..data. */
static void configmap(void **state)
{
	struct fix *f = *state;
	char a[128], b[160];
	struct store_wait w;
	uint64_t i;

	file(f, "kv/..2024_1/port", "80");
	snprintf(a, sizeof(a), "%s/kv/..data", f->dir);
	assert_int_equal(symlink("..2024_1", a), 0);
	snprintf(b, sizeof(b), "%s/kv/port", f->dir);
	assert_int_equal(symlink("..data/port", b), 0);
	i = now(f, &w, DEP_KV_BLOCK, "port");
	assert_true(str_is(w.reply.value.s, "80"));
	store_wait_free(&w);
	fetch(f, &w, DEP_KV_BLOCK, "port", i);
	assert_false(turn(f, &w, 40));
	file(f, "kv/..2024_2/port", "81");
	snprintf(b, sizeof(b), "%s/kv/..data_tmp", f->dir);
	assert_int_equal(symlink("..2024_2", b), 0);
	assert_int_equal(rename(b, a), 0);
	assert_true(turn(f, &w, 2000));
	assert_true(str_is(w.reply.value.s, "81"));
	store_wait_free(&w);
	now(f, &w, DEP_KV_LIST, "");
	assert_int_equal(val_len_list(&w.reply.value), 1);
	store_wait_free(&w);
}

static bool cas(struct fix *f, const char *key, const char *v, uint64_t index)
{
	struct store_wait w = {0};
	bool yes;

	assert_int_equal(store_cas(f->s, key, str_of(v), index, store_wait_fn,
				   &w, NULL, NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), 0);
	yes = w.reply.yes;
	store_wait_free(&w);
	return yes;
}

static void compare_and_set(void **state)
{
	struct fix *f = *state;
	struct store_wait w;
	uint64_t i, last = 0;

	assert_false(cas(f, "n", "0", 5));
	assert_true(cas(f, "n", "0", 0));
	assert_false(cas(f, "n", "x", 0));
	for (int k = 0; k < 20; k++) {
		now(f, &w, DEP_KV_LIST, "n");
		i = val_field(&w.reply.value.list->items[0], "ModifyIndex")->u;
		store_wait_free(&w);
		assert_true(i > last);
		assert_true(cas(f, "n", "1", i));
		assert_false(cas(f, "n", "2", i));
		last = i;
	}
}

static void deleting(void **state)
{
	struct fix *f = *state;
	struct store_wait w = {0};
	char out[1024];

	put(f, "a/b/c", "1");
	put(f, "a/b", "2");
	put(f, "a/d", "3");
	assert_int_equal(store_delete(f->s, "a/b", false, store_wait_fn, &w,
				      NULL, NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), 0);
	assert_string_equal(list(f, "", out), "a/b/c=1;a/d=3;");
	memset(&w, 0, sizeof(w));
	assert_int_equal(store_delete(f->s, "a/", true, store_wait_fn, &w, NULL,
				      NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), 0);
	assert_string_equal(list(f, "", out), "");
	snprintf(out, sizeof(out), "%s/kv/a", f->dir);
	assert_int_equal(access(out, F_OK), -1);
}

/* --- registrations --- */

static const char web[] =
	"{\"ID\":\"web-1\",\"Name\":\"web\",\"Port\":80,\"Address\":\"10.0.0.7\","
	"\"Tags\":[\"b\",\"a\"],\"Meta\":{\"k\":\"v\"},\"Checks\":[{\"CheckID\":"
	"\"c1\",\"Name\":\"alive\",\"TTL\":\"300ms\",\"Status\":\"passing\","
	"\"DeregisterCriticalServiceAfter\":\"200ms\"}]}";

static void enlist(struct fix *f)
{
	struct store_wait w = {0};
	struct arena a = {0};
	struct val v;
	struct err e;

	assert_int_equal(json_parse(&a, str_of(web), 0, &v, &e), 0);
	assert_int_equal(store_register(f->s, &v, NULL, store_wait_fn, &w, NULL,
					&e), 0);
	if (store_wait(f->s, &w, &e) < 0)
		fail_msg("%s", e.text);
	arena_free(&a);
}

static int check(struct fix *f, const char *id, const char *status,
		 const char *output)
{
	struct store_wait w = {0};
	int got;

	assert_int_equal(store_check(f->s, "web-1", id, id, status, str_of(output),
				     NULL, store_wait_fn, &w, NULL, NULL), 0);
	(void)!store_wait(f->s, &w, NULL);
	got = w.reply.status;
	store_wait_free(&w);
	return got;
}

static size_t count(struct fix *f, const char *filter, struct store_wait *w)
{
	struct tmpl_query q = query(DEP_SERVICE, "web");

	q.filter = filter;
	memset(w, 0, sizeof(*w));
	assert_int_equal(store_fetch(f->s, &q, NULL, store_wait_fn, w, NULL,
				     NULL), 0);
	assert_int_equal(store_wait(f->s, w, NULL), 0);
	return val_len_list(&w->reply.value);
}

static void registering(void **state)
{
	struct fix *f = *state;
	struct store_wait w = {0};
	struct val *s;

	assert_int_equal(check(f, "c1", "passing", ""), 404);
	enlist(f);
	assert_int_equal(count(f, "", &w), 1);
	s = &w.reply.value.list->items[0];
	assert_true(str_is(val_field(s, "Node")->s, "box"));
	assert_true(str_is(val_field(s, "Address")->s, "10.0.0.7"));
	assert_int_equal(val_field(s, "Port")->i, 80);
	assert_true(str_is(val_field(s, "Tags")->list->items[0].s, "a"));
	store_wait_free(&w);
	assert_int_equal(check(f, "c1", "critical", "exited 3"), 200);
	assert_int_equal(check(f, "nope", "critical", ""), 404);
	assert_int_equal(count(f, "", &w), 0);
	store_wait_free(&w);
	assert_int_equal(count(f, "critical", &w), 1);
	store_wait_free(&w);
	memset(&w, 0, sizeof(w));
	assert_int_equal(store_services(f->s, store_wait_fn, &w, NULL, NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), 0);
	assert_int_equal(val_len_list(&w.reply.value), 1);
	store_wait_free(&w);
	assert_int_equal(store_maint(f->s, "web-1", true, "why", NULL,
				     store_wait_fn, &w, NULL, NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), 0);
	assert_int_equal(count(f, "maintenance", &w), 1);
	store_wait_free(&w);
	assert_int_equal(store_deregister(f->s, "web-1", NULL, store_wait_fn,
					  &w, NULL, NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), 0);
	store_wait_free(&w);
	assert_int_equal(count(f, "any", &w), 0);
	store_wait_free(&w);
}

static void liveness(void **state)
{
	struct fix *f = *state;
	struct tmpl_query q = query(DEP_SERVICE, "web");
	struct store_ask ask = {.wait_ms = 60000};
	struct store_wait w = {0};
	int64_t start;

	q.filter = "";
	enlist(f);
	assert_int_equal(store_sweep(f->s, NULL), 0);
	assert_int_equal(count(f, "", &w), 1);
	ask.index = w.reply.index;
	store_wait_free(&w);
	/* Nobody beats any more: the waiting reader sees it by itself. */
	start = clock_mono_ms();
	assert_int_equal(store_fetch(f->s, &q, &ask, store_wait_fn, &w, NULL,
				     NULL), 0);
	assert_true(turn(f, &w, 3000));
	assert_int_equal(val_len_list(&w.reply.value), 0);
	assert_true(clock_mono_ms() - start >= 100);
	ask.index = w.reply.index;
	store_wait_free(&w);
	/* And sees it come back. */
	assert_int_equal(check(f, "c1", "passing", ""), 200);
	assert_int_equal(store_fetch(f->s, &q, &ask, store_wait_fn, &w, NULL,
				     NULL), 0);
	assert_true(turn(f, &w, 3000) || count(f, "", &w) == 1);
	store_wait_free(&w);
	assert_int_equal(count(f, "", &w), 1);
	store_wait_free(&w);
	start = clock_mono_ms() + 3000;
	while (clock_mono_ms() < start && store_sweep(f->s, NULL) == 0)
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	assert_int_equal(count(f, "any", &w), 0);
	store_wait_free(&w);
}

static void other_boot_is_dead(void **state)
{
	struct fix *f = *state;
	struct store_wait w;

	enlist(f);
	file(f, "services/box/web-1.beat", "other-boot 99999999999999\n");
	assert_int_equal(count(f, "", &w), 0);
	store_wait_free(&w);
	assert_int_equal(count(f, "critical", &w), 1);
	store_wait_free(&w);
	assert_int_equal(store_sweep(f->s, NULL), 1);
}

static void catalogue(void **state)
{
	struct fix *f = *state;
	struct store_wait w;
	struct tmpl_query q = query(DEP_SERVICES, "");

	enlist(f);
	file(f, "nodes/n9.json", "{\"Node\":\"n9\",\"Address\":\"10.9.9.9\"}");
	file(f, "services/n9/static.json",
	     "{\"Node\":\"n9\",\"Address\":\"10.9.9.9\",\"Service\":{\"ID\":"
	     "\"db\",\"Service\":\"db\",\"Port\":5432}}");
	file(f, "services/n9/broken.json", "{");
	now(f, &w, DEP_SERVICES, "");
	assert_int_equal(val_len_list(&w.reply.value), 2);
	store_wait_free(&w);
	now(f, &w, DEP_NODES, "");
	assert_int_equal(val_len_list(&w.reply.value), 2);
	store_wait_free(&w);
	now(f, &w, DEP_NODE, "n9");
	assert_int_equal(val_len_list(val_field(&w.reply.value, "Services")), 1);
	store_wait_free(&w);
	now(f, &w, DEP_DATACENTERS, "");
	assert_true(str_is(w.reply.value.list->items[0].s, "dc1"));
	store_wait_free(&w);
	q.dc = "dc7";
	memset(&w, 0, sizeof(w));
	assert_int_equal(store_fetch(f->s, &q, NULL, store_wait_fn, &w, NULL,
				     NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), -1);
	assert_non_null(strstr(w.err.text, "No path to datacenter"));
	q = query(DEP_CA_ROOTS, "");
	memset(&w, 0, sizeof(w));
	assert_int_equal(store_fetch(f->s, &q, NULL, store_wait_fn, &w, NULL,
				     NULL), 0);
	assert_int_equal(store_wait(f->s, &w, NULL), -1);
	assert_non_null(strstr(w.err.text, "needs a Consul server"));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(keys_and_files), T(never_leaves_the_folder), T(lists),
		T(waiting), T(waiting_for_lists), T(configmap),
		T(compare_and_set), T(deleting), T(registering), T(liveness),
		T(other_boot_is_dead), T(catalogue),
	};

	log_set_level(LOG_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
