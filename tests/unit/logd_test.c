// SPDX-License-Identifier: MIT
/* The logger without its loop: what a script means for a line, what is written
 * where, and what a logdir makes of any state that it finds. */
#include <errno.h>
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
#include <unistd.h>

#include <cmocka.h>

#include "logd/impl.h"
#include "os/dir.h"
#include "os/file.h"

static char home[PATH_MAX];

static int enter(void **state UNUSED)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(home, sizeof home, "%s/basebox-logd.XXXXXX",
		 tmp ? tmp : "/tmp");
	return !mkdtemp(home) || chdir(home) < 0;
}

/* Everything here and in the directories here. */
static void empty(const char *path)
{
	struct dir d;
	const char *name;

	if (dir_open(&d, AT_FDCWD, path, NULL) < 0)
		return;
	while ((name = dir_next(&d))) {
		char sub[PATH_MAX];

		snprintf(sub, sizeof sub, "%s/%s", path, name);
		if (!strcmp(name, ".") || !strcmp(name, "..") ||
		    unlink(sub) == 0)
			continue;
		empty(sub);
		rmdir(sub);
	}
	dir_close(&d);
}

static int leave(void **state UNUSED)
{
	empty(home);
	return chdir("/") < 0 || rmdir(home) < 0;
}

/* The script is one string, its directives apart by blanks. */
static struct logd *open_script(const char *script, int *code, struct err *e)
{
	static char text[512];
	const struct logd_opts o = {.linelimit = 8192};
	struct logd *l = NULL;
	char *argv[16], *save = NULL;
	size_t n = 0;

	snprintf(text, sizeof text, "%s", script);
	for (char *p = strtok_r(text, " ", &save); p && n < 15;
	     p = strtok_r(NULL, " ", &save))
		argv[n++] = p;
	argv[n] = NULL;
	return logd_open(&l, argv, &o, code, e) < 0 ? NULL : l;
}

static struct logd *must_open(const char *script)
{
	struct err e = {0};
	int code;
	struct logd *l = open_script(script, &code, &e);

	if (!l)
		fail_msg("%s: %s", script, e.text);
	return l;
}

static void feed(struct logd *l, const char *line)
{
	line_act(l, line, strlen(line));
}

/* --- scripts --- */

static void what_is_refused(void **state UNUSED)
{
	static const struct {
		const char *script, *text;
	} bad[] = {
		{"x", "unrecognized directive: x"},
		{"n 1", "unrecognized directive: n"},
		{"nx 1", "unrecognized directive: nx"},
		{"s-1 1", "unrecognized directive: s-1"},
		{"+[ 1", "unrecognized directive: +["},
		{"tx 1", "syntax error at directive: tx"},
		{"fx 1", "syntax error at directive: fx"},
		{"11", "syntax error at directive: 11"},
		{"t", "no action directive specified"},
		{"+a f", "no action directive specified"},
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err e = {0};
		int code = 0;

		if (open_script(bad[i].script, &code, &e))
			fail_msg("%s is accepted", bad[i].script);
		assert_string_equal(e.text, bad[i].text);
		assert_int_equal(code, 100);
	}
}

static void what_is_selected(void **state UNUSED)
{
	static const struct {
		const char *script, *out; /* of the lines a, ab, b */
	} cases[] = {
		{"1", "a\nab\nb\n"},
		{"- +a 1", "a\nab\n"},
		{"-b 1", "a\n"},
		{"-b +^ab$ 1", "a\nab\n"},
		{"+a 1", "a\nab\nb\n"},
		{"- +a 1 f p> 1", "a\nab\n> b\n"},
		{"1 -b p- 1", "a\n- a\nab\nb\n"},
		{"- 1 f 1", "a\nab\nb\n"},
		{"p> 1 p 1", "> a\na\n> ab\nab\n> b\nb\n"},
		{"- +a p1 1 - +b p2 1", "1 a\n1 ab\n2 ab\n2 b\n"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct logd *l = must_open(cases[i].script);

		feed(l, "a");
		feed(l, "ab");
		feed(l, "b");
		if (strcmp(buf_str(&l->out.b), cases[i].out) != 0)
			fail_msg("%s: <%s>", cases[i].script,
				 buf_str(&l->out.b));
		logd_free(l);
	}
}

static void stamps_are_for_one_action(void **state UNUSED)
{
	struct logd *l = must_open("t p> 1 T 1 1");
	const char *p;
	struct tai t;

	feed(l, "x");
	p = buf_str(&l->out.b);
	assert_true(tai_parse(p, strlen(p), &t));
	p += TAI_HEX + 1;
	assert_memory_equal(p, " > x\n", 5);
	p += 5;
	/* YYYY-MM-DD HH:MM:SS.nnnnnnnnn and two spaces */
	assert_int_equal(p[4], '-');
	assert_int_equal(p[10], ' ');
	assert_int_equal(p[19], '.');
	assert_string_equal(p + 29, "  > x\n> x\n");
	logd_free(l);
}

/* --- what is written --- */

static const char *content(const char *path)
{
	static char text[8192];
	ssize_t n = file_peek(AT_FDCWD, path, text, sizeof text - 1, NULL);

	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? "-" : text;
}

static void status_files(void **state UNUSED)
{
	struct logd *l = must_open("^8 =padded ^0 =exact ^3 =cut");

	feed(l, "old");
	feed(l, "line");
	assert_string_equal(content("padded"), "line\n\n\n\n");
	assert_string_equal(content("exact"), "line\n");
	assert_string_equal(content("cut"), "lin");
	assert_string_equal(content("padded.new"), "-");
	logd_free(l);
}

/* "current state lock" and the kinds of archives: what a logdir holds. */
static void listing(const char *path, char out[256])
{
	static const char *const known[] = {"current",   "state",    "lock",
					    "previous",  "processed", "newstate"};
	unsigned kinds[128] = {0};
	struct dir d;
	const char *name;
	char sub[PATH_MAX];

	*out = '\0';
	for (size_t i = 0; i < COUNT(known); i++) {
		snprintf(sub, sizeof sub, "%s/%s", path, known[i]);
		if (access(sub, F_OK) == 0)
			snprintf(out + strlen(out), 64, "%s ", known[i]);
	}
	assert_int_equal(dir_open(&d, AT_FDCWD, path, NULL), 0);
	while ((name = dir_next(&d)))
		if (*name == '@')
			kinds[name[strlen(name) - 1] & 127]++;
	dir_close(&d);
	snprintf(out + strlen(out), 64, "s%u u%u", kinds['s'], kinds['u']);
}

static void make(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* What an earlier logger may have left, and what is made of it. A name ending
 * in + is complete (executable). */
static void recovery(void **state UNUSED)
{
	static const struct {
		const char *left, *is, *current;
	} cases[] = {
		{"", "current state lock s0 u0", ""},
		{"current+", "current lock s0 u0", "current"},
		{"current", "current state lock s0 u1", ""},
		{"current previous", "current state lock s0 u2", ""},
		{"previous", "current state lock s0 u1", ""},
		{"current previous processed", "current state lock s0 u2", ""},
		{"current previous processed+", "current state lock s1 u1", ""},
		{"current newstate state", "current state lock s0 u1", ""},
		{"current+ state", "current state lock s0 u0", "current"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[128], path[PATH_MAX], is[256], *save = NULL;
		struct logd *l;
		struct stat st;

		empty("d");
		mkdir("d", 0700);
		snprintf(text, sizeof text, "%s", cases[i].left);
		for (char *p = strtok_r(text, " ", &save); p;
		     p = strtok_r(NULL, " ", &save)) {
			size_t n = strcspn(p, "+");
			mode_t mode = p[n] ? 0744 : 0644;

			p[n] = '\0';
			snprintf(path, sizeof path, "d/%s", p);
			make(path, p, mode);
		}
		l = must_open("./d");
		listing("d", is);
		if (strcmp(is, cases[i].is) != 0)
			fail_msg("%s: %s", cases[i].left, is);
		assert_string_equal(content("d/current"), cases[i].current);
		assert_int_equal(stat("d/current", &st), 0);
		assert_int_equal(st.st_mode & S_IXUSR, 0);
		logdir_finish(&l->dirs[0]);
		assert_int_equal(stat("d/current", &st), 0);
		assert_int_equal(st.st_mode & S_IXUSR, S_IXUSR);
		logd_free(l);
	}
}

static void one_logger_for_a_directory(void **state UNUSED)
{
	struct logd *l = must_open("./d");
	struct err e = {0};
	int code = 0;

	assert_null(open_script("./d", &code, &e));
	assert_int_equal(code, 111);
	logd_free(l);
}

static void work(struct logdir *d)
{
	do
		logdir_work(d, clock_mono_ms());
	while (!logdir_idle(d) && !d->retry && !d->hold);
}

/* 100 lines of 100 bytes: archives end with the line that reaches s - l, and
 * as many stay as n and S allow. */
static void rotation(void **state UNUSED)
{
	static const struct {
		const char *script, *is;
		size_t current;
	} cases[] = {
		{"s4096 l0 ./d", "current state lock s2 u0", 1800},
		{"s5000 l0 ./d", "current state lock s2 u0", 0},
		{"s5000 l2000 ./d", "current state lock s3 u0", 1000},
		{"s4096 l0 n1 ./d", "current state lock s1 u0", 1800},
		{"s4096 l0 n0 ./d", "current state lock s0 u0", 1800},
		{"s4096 l0 S5000 ./d", "current state lock s1 u0", 1800},
		{"s1 l0 ./d", "current state lock s2 u0", 1800},
	};
	char line[100], is[256];

	memset(line, 'x', sizeof line);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct logd *l;

		empty("d");
		l = must_open(cases[i].script);
		for (int k = 0; k < 100; k++) {
			line_act(l, line, 99);
			work(&l->dirs[0]);
		}
		listing("d", is);
		if (strcmp(is, cases[i].is) != 0 ||
		    l->dirs[0].size != cases[i].current)
			fail_msg("%s: %s, %llu bytes", cases[i].script, is,
				 (unsigned long long)l->dirs[0].size);
		logd_free(l);
	}
}

/* What cannot be done is tried again later, and nothing is lost meanwhile. */
static void a_rotation_that_fails_is_tried_again(void **state UNUSED)
{
	struct logd *l;
	struct logdir *d;
	char is[256];
	int dir;

	empty("d");
	l = must_open("s4096 l0 r50 ./d");
	d = &l->dirs[0];
	dir = d->dir;
	logd_quiet(true);
	for (int k = 0; k < 100; k++)
		feed(l, "a line of some length, often enough for an archive");
	d->dir = open("/dev/null", O_RDONLY | O_CLOEXEC); /* no directory */
	logdir_work(d, 1000);
	assert_int_equal(d->stage, STAGE_MOVE);
	assert_int_equal(d->retry, 1050);
	feed(l, "more");
	logdir_work(d, 1040);
	assert_int_equal(d->stage, STAGE_MOVE);
	close(d->dir);
	d->dir = dir;
	logdir_work(d, 1050);
	assert_int_equal(d->stage, STAGE_WRITE);
	assert_true(logdir_idle(d));
	listing("d", is);
	assert_string_equal(is, "current state lock s1 u0");
	assert_non_null(strstr(content("d/current"), "more\n"));
	logd_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(what_is_selected),
		cmocka_unit_test(stamps_are_for_one_action),
		cmocka_unit_test(status_files),
		cmocka_unit_test(recovery),
		cmocka_unit_test(one_logger_for_a_directory),
		cmocka_unit_test(rotation),
		cmocka_unit_test(a_rotation_that_fails_is_tried_again),
	};

	return cmocka_run_group_tests_name("logd", tests, enter, leave);
}
