// SPDX-License-Identifier: MIT
/* The runner on an embedded store, without command line and signals. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/file.h"
#include "render.h"
#include "render/runner.h"

struct fix {
	char dir[64], addr[80];
	struct loop loop;
	struct reaper reaper;
	struct signals chld;
	struct render_config conf;
	struct render_template t[4];
	struct runner *r;
	bool told, ended;
	int code;
};

static const char *const none[] = {NULL};

static void empty_exec(struct render_exec *x)
{
	struct render_list l = {none, 0};

	*x = (struct render_exec){.command = l, .custom = l, .allowlist = l,
				  .denylist = l, .kill_signal = SIGINT,
				  .kill_timeout = 30 * DUR_S,
				  .timeout = 30 * DUR_S};
}

static void empty_ssl(struct render_ssl *s)
{
	*s = (struct render_ssl){.verify = true, .cert = "", .key = "",
				 .ca_cert = "", .ca_cert_bytes = "",
				 .ca_path = "", .server_name = ""};
}

static void set_conf(struct fix *f)
{
	struct render_config *c = &f->conf;
	struct render_retry retry = {.enabled = true, .attempts = 12,
				     .backoff = 250 * DUR_MS,
				     .max_backoff = DUR_MIN};

	c->consul = (struct render_consul){
		.address = f->addr, .ns = "", .token = "", .token_file = "",
		.auth_user = "", .auth_password = "", .retry = retry};
	c->vault = (struct render_vault){
		.address = "", .ns = "", .token = "", .agent_token_file = "",
		.k8s_role = "", .k8s_token = "", .k8s_token_path = "",
		.k8s_mount = "", .retry = retry, .renew_token_set = true};
	c->nomad = (struct render_nomad){
		.address = "", .ns = "", .token = "", .auth_user = "",
		.auth_password = "", .retry = retry};
	empty_ssl(&c->consul.ssl);
	empty_ssl(&c->vault.ssl);
	empty_ssl(&c->nomad.ssl);
	c->dedup = (struct render_dedup){.prefix = ""};
	empty_exec(&c->exec);
	c->log_level = c->pid_file = "";
	c->max_stale = 2 * DUR_S;
	c->block_query_wait = 60 * DUR_S;
	c->notify_fd = -1;
	c->templates = f->t;
}

static struct render_template *template(struct fix *f, const char *text,
					const char *dest)
{
	struct render_template *t = &f->t[f->conf.ntemplates++];
	struct render_list l = {none, 0};

	*t = (struct render_template){
		.source = "", .contents = text, .destination = dest,
		.create_dest_dirs = true, .error_fatal = true,
		.command_error_fatal = true, .user = "",
		.group = "", .left = "", .right = "", .denylist = l,
		.sandbox = "", .check = l, .reload = ""};
	empty_exec(&t->exec);
	return t;
}

static void on_chld(void *ctx, int sig)
{
	struct fix *f = ctx;

	(void)sig;
	while (reaper_run(&f->reaper, REAP_TURN))
		;
}

static int set_up(void **state)
{
	static const int list[] = {SIGCHLD, 0};
	struct fix *f = calloc(1, sizeof(*f));
	struct err e;

	strcpy(f->dir, "/tmp/render_test.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(chdir(f->dir), 0);
	mkdir("kv", 0755);
	snprintf(f->addr, sizeof(f->addr), "dir://%s", f->dir);
	assert_int_equal(loop_init(&f->loop, &e), 0);
	assert_int_equal(signals_open(&f->chld, &f->loop, list, on_chld, f,
				      &e), 0);
	set_conf(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fix *f = *state;
	char cmd[100];

	runner_close(f->r);
	signals_close(&f->chld);
	assert_int_equal(f->loop.watches, 0);
	loop_free(&f->loop);
	assert_int_equal(chdir("/"), 0);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", f->dir);
	assert_int_equal(system(cmd), 0);
	free(f);
	return 0;
}

static void put(const char *name, const char *text)
{
	char path[80];

	snprintf(path, sizeof(path), "kv/%s", name);
	assert_int_equal(file_replace(AT_FDCWD, path, text, strlen(text), NULL,
				      NULL), 0);
}

static bool is(const char *path, const char *want)
{
	struct buf b = {0};
	bool same = file_read(AT_FDCWD, path, &b, 1 << 20, NULL) == 0 &&
		    str_is(str_n(buf_str(&b), b.len), want);

	buf_free(&b);
	return same;
}

static void on_end(void *ctx, int code)
{
	struct fix *f = ctx;

	f->ended = true;
	f->code = code;
}

static void start(struct fix *f)
{
	struct err e;

	if (runner_open(&f->r, &f->loop, &f->reaper, &f->conf, &f->told, &e) < 0)
		fail_msg("%s", e.text);
	runner_start(f->r, on_end, f);
}

static void turn(struct fix *f, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while (clock_mono_ms() < end && !f->ended)
		assert_int_equal(loop_turn(&f->loop, end, NULL), 0);
}

/* Turns the loop until the file has this text. */
static void becomes(struct fix *f, const char *path, const char *want)
{
	int64_t end = clock_mono_ms() + 5000;

	while (!is(path, want) && clock_mono_ms() < end)
		assert_int_equal(loop_turn(&f->loop, clock_mono_ms() + 20,
					   NULL), 0);
	if (!is(path, want))
		fail_msg("%s never became %s", path, want);
}

/* --- passes --- */

static void renders_and_follows(void **state)
{
	struct fix *f = *state;
	struct stat a, b;

	put("x", "1");
	template(f, "{{ key \"x\" }}", "out");
	template(f, "{{ keyOrDefault \"y\" \"none\" }}", "out2");
	start(f);
	becomes(f, "out", "1");
	becomes(f, "out2", "none");
	stat("out2", &a);
	put("x", "2");
	becomes(f, "out", "2");
	stat("out2", &b);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
	/* Gone: the last rendering stays. */
	unlink("kv/x");
	turn(f, 100);
	assert_true(is("out", "2"));
	put("x", "3");
	becomes(f, "out", "3");
	assert_false(f->ended);
}

static void nested_and_dropped(void **state)
{
	struct fix *f = *state;

	put("sel", "a");
	put("a", "A");
	put("b", "B");
	template(f, "{{ with $s := key \"sel\" }}{{ key $s }}{{ end }}", "out");
	start(f);
	becomes(f, "out", "A");
	assert_int_equal(f->r->nviews, 2);
	put("sel", "b");
	becomes(f, "out", "B");
	turn(f, 20);
	assert_int_equal(f->r->nviews, 2);
}

static void once_ends(void **state)
{
	struct fix *f = *state;

	f->conf.once = true;
	put("x", "1");
	template(f, "{{ key \"x\" }}", "out");
	template(f, "{{ key \"late\" }}", "out2");
	start(f);
	becomes(f, "out", "1");
	turn(f, 100);
	assert_false(f->ended);
	put("late", "2");
	becomes(f, "out2", "2");
	turn(f, 1000);
	assert_true(f->ended);
	assert_int_equal(f->code, RENDER_OK);
}

static void errors_are_fatal_or_not(void **state)
{
	struct fix *f = *state;

	log_set_level(LOG_ERR + 1);
	template(f, "{{ parseJSON \"{\" }}", "bad")->error_fatal = false;
	template(f, "good", "good");
	start(f);
	becomes(f, "good", "good");
	turn(f, 50);
	assert_false(f->ended);
	runner_close(f->r);
	f->t[0].error_fatal = true;
	start(f);
	turn(f, 1000);
	assert_true(f->ended);
	assert_int_equal(f->code, RENDER_FAILED);
}

static void a_file_touched_by_others_is_put_back(void **state)
{
	struct fix *f = *state;

	put("x", "1");
	template(f, "static", "one");
	template(f, "{{ key \"x\" }}", "two");
	start(f);
	becomes(f, "two", "1");
	assert_int_equal(file_replace(AT_FDCWD, "one", "foreign", 7, NULL,
				      NULL), 0);
	turn(f, 50);
	assert_true(is("one", "foreign"));
	put("x", "2");
	becomes(f, "two", "2");
	becomes(f, "one", "static");
}

/* --- files --- */

static void modes_and_backup(void **state)
{
	struct fix *f = *state;
	struct render_template *t;
	struct stat st;

	assert_int_equal(file_replace(AT_FDCWD, "keep", "old", 3, NULL, NULL),
			 0);
	chmod("keep", 0640);
	put("x", "1");
	template(f, "{{ key \"x\" }}", "keep")->backup = true;
	t = template(f, "y", "deep/er/file");
	t->perms = 0600;
	template(f, "z", "none/file")->create_dest_dirs = false;
	f->t[2].error_fatal = false;
	log_set_level(LOG_ERR + 1);
	start(f);
	becomes(f, "keep", "1");
	becomes(f, "deep/er/file", "y");
	assert_true(is("keep.bak", "old"));
	stat("keep", &st);
	assert_int_equal(st.st_mode & 07777, 0640);
	stat("deep/er/file", &st);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(access("none", F_OK), -1);
	put("x", "2");
	becomes(f, "keep", "2");
	assert_true(is("keep.bak", "1"));
}

/* --- commands --- */

static void commands_in_order(void **state)
{
	static const char *const c1[] = {"echo one >>log", NULL};
	static const char *const c2[] = {"sh", "-c", "echo two >>log", NULL};
	struct fix *f = *state;

	template(f, "a", "a")->exec.command = (struct render_list){c1, 1};
	template(f, "b", "b")->exec.command = (struct render_list){c2, 3};
	template(f, "c", "c")->exec.command = (struct render_list){c1, 1};
	start(f);
	becomes(f, "log", "one\ntwo\n");
	turn(f, 50);
	assert_true(is("log", "one\ntwo\n"));
}

static void a_failing_command_ends_it(void **state)
{
	static const char *const c1[] = {"false", NULL};
	static const char *const c2[] = {"echo ran >log", NULL};
	struct fix *f = *state;

	log_set_level(LOG_ERR + 1);
	template(f, "a", "a")->exec.command = (struct render_list){c1, 1};
	template(f, "b", "b")->exec.command = (struct render_list){c2, 1};
	start(f);
	turn(f, 5000);
	assert_true(f->ended);
	assert_int_equal(f->code, RENDER_FAILED);
	assert_true(is("log", "ran\n"));
}

static void a_late_command_is_killed(void **state)
{
	static const char *const c1[] = {"sleep", "60", NULL};
	struct fix *f = *state;

	log_set_level(LOG_ERR + 1);
	template(f, "a", "a")->exec.command = (struct render_list){c1, 2};
	f->t[0].exec.timeout = 100 * DUR_MS;
	start(f);
	turn(f, 5000);
	assert_true(f->ended);
	assert_int_equal(f->code, RENDER_FAILED);
}

/* --- checks of staged files --- */

static void a_check_guards_the_file(void **state)
{
	static const char *const check[] = {"grep -q good {{.src}}", NULL};
	static const char *const run[] = {"cat out >>log", NULL};
	struct fix *f = *state;
	struct render_template *t;

	log_set_level(LOG_ERR + 1);
	put("x", "good 1\n");
	t = template(f, "{{ key \"x\" }}", "out");
	t->check = (struct render_list){check, 1};
	t->exec.command = (struct render_list){run, 1};
	t->backup = true;
	start(f);
	becomes(f, "log", "good 1\n");
	put("x", "bad\n");
	turn(f, 300);
	assert_true(is("out", "good 1\n"));
	put("x", "good 2\n");
	becomes(f, "log", "good 1\ngood 2\n");
	assert_true(is("out.bak", "good 1\n"));
	/* Nothing is left beside it. */
	assert_int_equal(system("ls -A | grep -c check >count"), 256);
	assert_false(f->ended);
}

static void a_refused_file_ends_once(void **state)
{
	static const char *const check[] = {"false", NULL};
	struct fix *f = *state;

	log_set_level(LOG_ERR + 1);
	f->conf.once = true;
	template(f, "x", "out")->check = (struct render_list){check, 1};
	start(f);
	turn(f, 5000);
	assert_true(f->ended);
	assert_int_equal(f->code, RENDER_FAILED);
	assert_int_equal(access("out", F_OK), -1);
}

static void an_empty_list_can_be_refused(void **state)
{
	struct fix *f = *state;
	const char *text = "[{{ range ls \"d\" }}{{ .Key }}{{ end }}]";

	log_set_level(LOG_ERR + 1);
	mkdir("kv/d", 0755);
	template(f, text, "keep")->keep_nonempty = true;
	template(f, text, "follow");
	start(f);
	becomes(f, "keep", "[]"); /* never had anything */
	put("d/a", "1");
	becomes(f, "keep", "[a]");
	becomes(f, "follow", "[a]");
	unlink("kv/d/a");
	becomes(f, "follow", "[]");
	assert_true(is("keep", "[a]"));
	put("d/b", "1");
	becomes(f, "keep", "[b]");
}

/* --- the child --- */

static void the_child_follows(void **state)
{
	static const char *const c[] = {
		"sh", "-c", "echo $$ >>pids; cat out >>seen; exec sleep 60",
		NULL};
	struct fix *f = *state;

	put("x", "1");
	template(f, "{{ key \"x\" }}\n", "out");
	f->conf.exec.command = (struct render_list){c, 3};
	start(f);
	becomes(f, "seen", "1\n");
	put("x", "2");
	becomes(f, "seen", "1\n2\n");
	kill(f->r->child.child.pid, SIGKILL);
	turn(f, 5000);
	assert_true(f->ended);
	assert_int_equal(f->code, 255);
}

/* --- waiting --- */

static void waits_for_silence(void **state)
{
	struct fix *f = *state;
	int64_t began;

	put("x", "0");
	template(f, "{{ key \"x\" }}", "out")->wait =
		(struct render_wait){true, 200 * DUR_MS, 800 * DUR_MS};
	start(f);
	becomes(f, "out", "0"); /* the first one is at once */
	began = clock_mono_ms();
	put("x", "1");
	becomes(f, "out", "1");
	assert_true(clock_mono_ms() - began >= 150);
	/* Never silent: after the maximum all the same. */
	began = clock_mono_ms();
	for (int i = 2; is("out", "1") && clock_mono_ms() - began < 4000; i++) {
		char n[12];

		snprintf(n, sizeof(n), "%d", i);
		put("x", n);
		turn(f, 50);
	}
	assert_false(is("out", "1"));
	assert_true(clock_mono_ms() - began >= 700);
}

/* --- the environment of children --- */

static bool has_env(char **env, const char *pair)
{
	for (; env && *env; env++)
		if (!strcmp(*env, pair))
			return true;
	return false;
}

static void environments(void **state)
{
	static const char *const allow[] = {"AA*", NULL};
	static const char *const deny[] = {"AA2", NULL};
	static const char *const custom[] = {"ZZ=8", "AA1=over", NULL};
	struct fix *f = *state;
	struct render_exec x;
	struct arena a = {0};
	char **env;

	setenv("AA1", "1", 1);
	setenv("AA2", "2", 1);
	setenv("BB", "3", 1);
	f->conf.consul.token = "tok";
	start(f);
	empty_exec(&x);
	x.allowlist = (struct render_list){allow, 1};
	x.denylist = (struct render_list){deny, 1};
	x.custom = (struct render_list){custom, 2};
	env = env_build(f->r, &x, &a);
	assert_true(has_env(env, "AA1=over"));
	assert_true(has_env(env, "ZZ=8"));
	assert_true(has_env(env, "CONSUL_HTTP_TOKEN=tok"));
	assert_false(has_env(env, "AA2=2"));
	assert_false(has_env(env, "BB=3"));
	assert_false(has_env(env, "AA1=1"));
	arena_free(&a);
	assert_string_equal(env_own(f->r, "CONSUL_HTTP_TOKEN"), "tok");
	assert_null(env_own(f->r, "CONSUL_HTTP_ADDR")); /* a folder is none */
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(renders_and_follows), T(nested_and_dropped), T(once_ends),
		T(errors_are_fatal_or_not),
		T(a_file_touched_by_others_is_put_back), T(modes_and_backup),
		T(commands_in_order), T(a_failing_command_ends_it),
		T(a_late_command_is_killed), T(a_check_guards_the_file),
		T(a_refused_file_ends_once), T(an_empty_list_can_be_refused),
		T(the_child_follows),
		T(waits_for_silence), T(environments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
