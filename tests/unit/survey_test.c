// SPDX-License-Identifier: MIT
/* What is told of a scandir that holds nothing but files: nobody supervises
 * it, so that every state is known beforehand. */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/file.h"
#include "survey.h"

static char home[PATH_MAX];

static int enter(void **state UNUSED)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(home, sizeof(home), "%s/basebox-survey.XXXXXX",
		 tmp ? tmp : "/tmp");
	setenv("BASEBOX_RUNTIME", "/nonexistent", 1);
	return !mkdtemp(home) || chdir(home) < 0;
}

static int leave(void **state UNUSED)
{
	char *argv[] = {(char *)"/bin/rm", (char *)"-rf", home, NULL};
	pid_t pid;
	int wstat;

	if (chdir("/") < 0 || (pid = fork()) < 0)
		return -1;
	if (!pid) {
		execv(argv[0], argv);
		_exit(127);
	}
	return waitpid(pid, &wstat, 0) < 0;
}

/* A file and its folders. */
static void put(const char *path, const char *text)
{
	char dir[PATH_MAX];
	int fd;

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	assert_int_equal(file_mkdirs(AT_FDCWD, dir, 0755, NULL), 0);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void look(struct survey *v, const char *dir)
{
	struct err e;

	if (survey_load(v, dir, &e) < 0)
		fail_msg("%s", e.text);
}

static void has(const struct buf *b, const char *text)
{
	if (!strstr(buf_str(b), text))
		fail_msg("no <%s> in <%s>", text, buf_str(b));
}

static void test_words(void **state UNUSED)
{
	static const struct {
		uint64_t s;
		const char *text;
	} ages[] = {{0, "0s"},	    {119, "119s"},    {120, "2m"},
		    {7199, "119m"}, {7200, "2h"},     {172799, "47h"},
		    {172800, "2d"}, {8640000, "100d"}};
	BUF_AUTO struct buf b = {0};

	for (size_t i = 0; i < COUNT(ages); i++) {
		buf_reset(&b);
		survey_put_age(&b, ages[i].s);
		assert_string_equal(buf_str(&b), ages[i].text);
	}
	buf_reset(&b);
	survey_put_end(&b, &(struct s6_death){.code = 3});
	survey_put_end(&b, &(struct s6_death){.code = 139, .sig = 11});
	assert_string_equal(buf_str(&b), "exit 3SIGSEGV");
	buf_reset(&b);
	survey_put_text(&b, STR("a\033[31mb\nc\177"));
	assert_string_equal(buf_str(&b), "a?[31mb?c?");
}

static void test_nobody_supervises(void **state UNUSED)
{
	BUF_AUTO struct buf b = {0};
	struct survey v;

	put("a/web/run", "");
	put("a/web/supervise/last-error", "unable to exec run\nsecond line\n");
	put("a/web/dependencies.d/db", "");
	put("a/db/run", "");
	put("a/.hidden/run", "");
	put("a/all/type", "bundle\n");
	put("a/all/contents.d/web", "");
	look(&v, "a");
	assert_int_equal(v.n, 3);
	assert_false(v.alive);
	assert_null(survey_get(&v, ".hidden"));
	assert_null(survey_get(&v, "we"));
	assert_int_equal(survey_get(&v, "web")->state, SURVEY_UNSUPERVISED);
	assert_int_equal(survey_get(&v, "all")->state, SURVEY_GROUP);
	assert_false(survey_ready(&v, survey_get(&v, "all")));
	assert_string_equal(survey_blocker(&v, survey_get(&v, "web"))->name,
			    "db");
	survey_why(&v, survey_get(&v, "web"), &b);
	has(&b, "web is not supervised; nothing supervises its scandir; ");
	has(&b, "the last try said: unable to exec run; it waits for db.\n");
	has(&b, "\ndb is not supervised");
	buf_reset(&b);
	assert_false(survey_verdict(&v, &b));
	survey_free(&v);
}

static void test_plan(void **state UNUSED)
{
	BUF_AUTO struct buf b = {0};
	struct survey v;
	struct err e;

	put("p/c/dependencies.d/b", "");
	put("p/b/dependencies.d/a", "");
	put("p/a/run", "");
	look(&v, "p");
	assert_int_equal(survey_plan(&v, false, &b, &e), 0);
	assert_string_equal(buf_str(&b), "  1  a  longrun\n"
					 "  2  b  longrun  after a\n"
					 "  3  c  longrun  after b\n");
	survey_free(&v);
	put("p/a/dependencies.d/c", "");
	look(&v, "p");
	buf_reset(&b);
	assert_int_equal(survey_plan(&v, false, &b, &e), -1);
	assert_string_equal(e.text, "there is a cycle");
	/* neither does it keep anybody from an answer */
	survey_why(&v, survey_get(&v, "a"), &b);
	survey_free(&v);
}

/* A bundle that holds itself, an empty scandir, none at all. */
static void test_odd(void **state UNUSED)
{
	BUF_AUTO struct buf b = {0};
	struct survey v;
	struct err e;

	put("o/x/type", "bundle");
	put("o/x/contents.d/x", "");
	look(&v, "o");
	assert_false(survey_ready(&v, &v.s[0]));
	survey_why(&v, &v.s[0], &b);
	survey_free(&v);
	assert_int_equal(mkdir("empty", 0755), 0);
	look(&v, "empty");
	buf_reset(&b);
	survey_table(&v, NULL, true, true, &b);
	assert_string_equal(buf_str(&b),
			    "SERVICE  STATE  SINCE  RESTARTS  READY  HEALTH  "
			    "REGISTERED  LAST EXIT\n");
	buf_reset(&b);
	assert_int_equal(survey_json(&v, NULL, &b), 0);
	assert_string_equal(buf_str(&b),
			    "{\"scandir\":\"empty\",\"supervised\":false,"
			    "\"stopping\":false,\"services\":[]}\n");
	survey_free(&v);
	assert_int_equal(survey_load(&v, "none", &e), -1);
}

/* The counter knows deaths by their stamps. */
static void test_counters(void **state UNUSED)
{
	struct s6_death dead[2] = {{.when = {100, 0}}, {.when = {101, 0}}};
	struct survey_service s = {.name = "a\"b",
				   .type = SURVEY_LONGRUN,
				   .dead = dead,
				   .deaths = 2};
	struct survey v = {.s = &s, .n = 1};
	struct survey_counter *c = NULL;
	BUF_AUTO struct buf b = {0};

	survey_metrics(&v, &c, &b);
	has(&b, "\nbasebox_service_ends_total{service=\"a\\\"b\"} 2\n");
	/* the oldest made room for a new one */
	dead[0] = dead[1];
	dead[1].when.sec = 102;
	buf_reset(&b);
	survey_metrics(&v, &c, &b);
	has(&b, "\nbasebox_service_ends_total{service=\"a\\\"b\"} 3\n");
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_nobody_supervises),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
