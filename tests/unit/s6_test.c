// SPDX-License-Identifier: MIT
/* The on-disk contract, byte by byte. The bytes of stamps, statuses and
 * tallies were written by s6 2.11.3.2. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
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

#include "base.h"
#include "s6.h"

static char home[PATH_MAX];

static int enter(void **state UNUSED)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(home, sizeof home, "%s/basebox-s6.XXXXXX", tmp ? tmp : "/tmp");
	return !mkdtemp(home) || chdir(home) < 0;
}

static int leave(void **state UNUSED)
{
	char cmd[PATH_MAX + 16];
	int n = snprintf(cmd, sizeof cmd, "rm -rf %s", home);
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", cmd, NULL};
	pid_t pid;
	int wstat;

	if (n < 0 || chdir("/") < 0 || (pid = fork()) < 0)
		return -1;
	if (!pid) {
		execv(argv[0], argv);
		_exit(127);
	}
	return waitpid(pid, &wstat, 0) < 0;
}

static void put(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
}

static size_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

/* --- tai --- */

static void test_tai_stamps(void **state UNUSED)
{
	static const struct {
		int64_t unix_sec;
		const char *label;
	} cases[] = {
		{0, "@400000000000000a00000000"},
		{78796799, "@4000000004b2580900000000"},
		{78796800, "@4000000004b2580b00000000"},
		{1483228799, "@40000000586846a300000000"},
		{1483228800, "@40000000586846a500000000"},
		{1795367854, "@400000006b0323d300000000"},
	};
	char text[TAI_TEXT];
	struct timespec u;
	struct tai t, back;

	for (size_t i = 0; i < COUNT(cases); i++) {
		tai_from_unix(&t, (struct timespec){cases[i].unix_sec, 0});
		tai_put(text, &t);
		assert_string_equal(text, cases[i].label);
		assert_true(tai_parse(text, strlen(text), &back));
		assert_int_equal(tai_cmp(&t, &back), 0);
		assert_false(tai_to_unix(&t, &u));
		assert_int_equal(u.tv_sec, cases[i].unix_sec);
	}
	/* the leap second at the end of 2016 */
	assert_true(tai_parse("@40000000586846a400000000", 25, &t));
	assert_true(tai_to_unix(&t, &u));
}

static void test_tai_text(void **state UNUSED)
{
	char text[TAI_LOCAL];
	struct tai t;

	assert_true(tai_parse("@400000006B0332590251114d x", 27, &t));
	tai_local(text, &t, true);
	assert_string_equal(text, "2026-11-22 18:19:32.038867277");
	assert_false(tai_parse("@400000006b033259025111", 23, &t));
	assert_false(tai_parse("@400000006b033259zz51114d", 25, &t));
	assert_false(tai_parse("4000000006b0332590251114d", 25, &t));
	assert_true(tai_parse("@40000000586846a400000000", 25, &t));
	tai_local(text, &t, true);
	assert_string_equal(text, "2016-12-31 23:59:60.000000000");
}

static void test_tai_since(void **state UNUSED)
{
	struct tai a = {100, 900}, b = {103, 100};

	assert_int_equal(tai_since(&a, &b), 2);
	assert_int_equal(tai_since(&b, &a), 0);
	b.nano = 900;
	assert_int_equal(tai_since(&a, &b), 3);
}

/* --- status --- */

static void test_status_bytes(void **state UNUSED)
{
	static const unsigned char bytes[S6_STATUS_SIZE] = {
		0x40, 0, 0, 0, 0x6b, 0x03, 0x23, 0xd3, 0x12, 0x34, 0x56, 0x78,
		0x40, 0, 0, 0, 0x6b, 0x03, 0x23, 0xd4, 0x00, 0x00, 0x00, 0x09,
		0, 0, 0, 0, 0, 1, 0xe2, 0x40, 0x03, 0x0f, 0x0d,
	};
	struct s6_status s = {
		.stamp = {UINT64_C(0x400000006b0323d3), 0x12345678},
		.ready_stamp = {UINT64_C(0x400000006b0323d4), 9},
		.pid = 123456,
		.wstat = 0x030f,
		.paused = true,
		.want_up = true,
		.ready = true,
	}, back;
	unsigned char out[S6_STATUS_SIZE];

	s6_status_pack(out, &s);
	assert_memory_equal(out, bytes, sizeof out);
	s6_status_unpack(&back, bytes);
	s6_status_pack(out, &back);
	assert_memory_equal(out, bytes, sizeof out);
	assert_true(s6_status_up(&back));
	assert_false(s6_status_fresh(&back));
	back.finishing = true;
	assert_false(s6_status_up(&back));
	back.pid = 0;
	assert_true(s6_status_fresh(&back));
	s6_status_pack(out, &back);
	assert_int_equal(out[34], 0x0f);
}

static void test_status_file(void **state UNUSED)
{
	struct s6_status s = {.pid = 7, .ready = true}, got;
	struct stat st;
	struct err e;
	char junk[50];

	umask(077);
	assert_int_equal(s6_status_write(AT_FDCWD, "status", &s, &e), 0);
	umask(022);
	assert_int_equal(stat("status", &st), 0);
	assert_int_equal(st.st_size, 35);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(access("status.new", F_OK), -1);
	assert_int_equal(s6_status_read(AT_FDCWD, "status", &got, &e), 0);
	assert_int_equal(got.pid, 7);
	/* short is an error, long is not */
	memset(junk, 0, sizeof junk);
	put("status", junk, 34);
	assert_int_equal(s6_status_read(AT_FDCWD, "status", &got, &e), -1);
	assert_int_equal(e.num, EPIPE);
	put("status", junk, 50);
	assert_int_equal(s6_status_read(AT_FDCWD, "status", &got, &e), 0);
	unlink("status");
	assert_int_equal(s6_status_read(AT_FDCWD, "status", &got, &e), -1);
	assert_int_equal(e.num, ENOENT);
}

/* --- tally --- */

static void test_tally(void **state UNUSED)
{
	static const unsigned char bytes[] = {
		0x40, 0, 0, 0, 0x6b, 3, 0x23, 0xd3, 0, 0, 0, 1, 0x8f, 0x0f,
	};
	struct s6_death d, got[8];
	unsigned char out[S6_DEATH_SIZE];
	struct err e;

	s6_death_unpack(&d, bytes);
	assert_int_equal(d.code, 143);
	assert_int_equal(d.sig, 15);
	s6_death_pack(out, &d);
	assert_memory_equal(out, bytes, sizeof out);
	s6_death_now(&d, 9);
	assert_int_equal(d.code, 137);
	s6_death_now(&d, 3 << 8);
	assert_int_equal(d.code, 3);
	assert_int_equal(d.sig, 0);
	assert_int_equal(s6_tally_clear(AT_FDCWD, "tally", &e), 0);
	for (int i = 1; i <= 5; i++) {
		d.code = (uint8_t)i;
		assert_int_equal(s6_tally_add(AT_FDCWD, "tally", &d, 3, &e), 0);
		assert_int_equal(size_of("tally"), 14 * (i < 3 ? i : 3));
	}
	assert_int_equal(s6_tally_read(AT_FDCWD, "tally", got, 8, &e), 3);
	assert_int_equal(got[0].code, 3);
	assert_int_equal(got[2].code, 5);
	assert_int_equal(s6_tally_read(AT_FDCWD, "tally", got, 2, &e), 2);
	assert_int_equal(got[0].code, 4);
	assert_int_equal(s6_tally_add(AT_FDCWD, "tally", &d, 0, &e), 0);
	assert_int_equal(size_of("tally"), 42);
	/* a smaller maximum cuts; a wrong size is nothing */
	assert_int_equal(s6_tally_add(AT_FDCWD, "tally", &d, 1, &e), 0);
	assert_int_equal(size_of("tally"), 14);
	put("tally", "0123456789abcdefghi", 19);
	assert_int_equal(s6_tally_read(AT_FDCWD, "tally", got, 8, &e), 0);
	assert_int_equal(size_of("tally"), 0);
	assert_int_equal(s6_tally_read(AT_FDCWD, "nosuch", got, 8, &e), -1);
}

/* --- numbers and signals in files --- */

static int number(const char *text, uint32_t *v)
{
	struct err e;

	put("number", text, strlen(text));
	return s6_numfile(AT_FDCWD, "number", v, &e);
}

static void test_numfile(void **state UNUSED)
{
	static const char *const bad[] = {"", "\n", "foo", " 7", "7 ", "0x7",
					  "-1", "+1", "4294967296", "7x\n"};
	uint32_t v = 99;
	struct err e;

	assert_int_equal(number("7\n", &v), 1);
	assert_int_equal(v, 7);
	assert_int_equal(number("0", &v), 1);
	assert_int_equal(v, 0);
	assert_int_equal(number("3\ngarbage\n", &v), 1);
	assert_int_equal(number("4294967295\n", &v), 1);
	assert_int_equal(v, UINT32_MAX);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (number(bad[i], &v) != -1)
			fail_msg("<%s> is taken", bad[i]);
	unlink("number");
	assert_int_equal(s6_numfile(AT_FDCWD, "number", &v, &e), 0);
	mkdir("number", 0755);
	assert_int_equal(s6_numfile(AT_FDCWD, "number", &v, &e), -1);
	assert_int_equal(e.num, EISDIR);
	rmdir("number");
	/* a FIFO must not block */
	mkfifo("number", 0600);
	assert_true(s6_numfile(AT_FDCWD, "number", &v, &e) <= 0);
	unlink("number");
}

static void test_sigfile(void **state UNUSED)
{
	static const struct {
		const char *text;
		int sig;
	} cases[] = {{"usr1\n", SIGUSR1}, {"SIGUSR1", SIGUSR1}, {"10", 10},
		     {"term\nfoo", SIGTERM}};
	struct err e;
	int sig;

	for (size_t i = 0; i < COUNT(cases); i++) {
		put("sig", cases[i].text, strlen(cases[i].text));
		assert_int_equal(sig_file(AT_FDCWD, "sig", &sig, &e), 1);
		assert_int_equal(sig, cases[i].sig);
	}
	put("sig", "nonsense", 8);
	assert_int_equal(sig_file(AT_FDCWD, "sig", &sig, &e), -1);
	unlink("sig");
	assert_int_equal(sig_file(AT_FDCWD, "sig", &sig, &e), 0);
	assert_string_equal(sig_name(SIGTERM), "TERM");
	assert_string_equal(sig_name(0), "???");
}

/* --- control and lock --- */

static void test_control(void **state UNUSED)
{
	struct stat st;
	struct err e;
	char got[8];
	int fd[2];

	assert_int_equal(s6_control_send(AT_FDCWD, "control", "d", 1, &e), -1);
	assert_int_equal(e.num, ENOENT);
	assert_int_equal(s6_control_make(AT_FDCWD, "control", fd, &e), 0);
	assert_int_equal(stat("control", &st), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0600);
	assert_int_equal(s6_control_send(AT_FDCWD, "control", "du", 2, &e), 0);
	assert_int_equal(read(fd[0], got, sizeof got), 2);
	assert_memory_equal(got, "du", 2);
	/* no end of file, as we hold a writing end ourselves */
	assert_int_equal(read(fd[0], got, sizeof got), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(s6_control_send(AT_FDCWD, "control", "", 0, &e), 0);
	close(fd[0]);
	close(fd[1]);
	assert_int_equal(s6_control_send(AT_FDCWD, "control", "d", 1, &e), -1);
	assert_int_equal(e.num, ENXIO);
	unlink("control");
	put("control", "", 0);
	assert_int_equal(s6_control_make(AT_FDCWD, "control", fd, &e), -1);
	assert_int_equal(e.num, EEXIST);
	unlink("control");
}

static void test_lock(void **state UNUSED)
{
	struct err e;
	int fd, other;

	assert_int_equal(s6_lock_test(AT_FDCWD, "lock", &e), 0);
	fd = s6_lock_take(AT_FDCWD, "lock", 0644, &e);
	assert_true(fd >= 0);
	assert_int_equal(s6_lock_test(AT_FDCWD, "lock", &e), 1);
	other = s6_lock_take(AT_FDCWD, "lock", 0644, &e);
	assert_int_equal(other, -1);
	assert_int_equal(e.num, EBUSY);
	/* opening and closing the file elsewhere does not drop it */
	close(open("lock", O_RDONLY));
	assert_int_equal(s6_lock_test(AT_FDCWD, "lock", &e), 1);
	close(fd);
	assert_int_equal(s6_lock_test(AT_FDCWD, "lock", &e), 0);
	unlink("lock");
}

/* --- fifodir --- */

static void test_fifodir_make(void **state UNUSED)
{
	struct stat st;
	struct err e;

	umask(077);
	assert_int_equal(
		s6_fifodir_make(AT_FDCWD, "event", getegid(), false, &e), 1);
	stat("event", &st);
	assert_int_equal(st.st_mode & 07777, 03730);
	/* an existing one is left alone, unless forced */
	assert_int_equal(
		s6_fifodir_make(AT_FDCWD, "event", (gid_t)-1, false, &e), 0);
	stat("event", &st);
	assert_int_equal(st.st_mode & 07777, 03730);
	assert_int_equal(
		s6_fifodir_make(AT_FDCWD, "event", (gid_t)-1, true, &e), 0);
	stat("event", &st);
	assert_int_equal(st.st_mode & 07777, 01733);
	umask(022);
	rmdir("event");
}

static void test_listen_notify(void **state UNUSED)
{
	static struct s6_listen a, b;
	struct stat st;
	struct err e;
	char got[16];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(
		s6_fifodir_make(AT_FDCWD, "event", (gid_t)-1, false, &e), 1);
	umask(077);
	assert_int_equal(s6_listen_open(&a, "event", &e), 0);
	umask(022);
	assert_int_equal(s6_listen_open(&b, "event", &e), 0);
	assert_int_equal(strlen(strrchr(a.path, '/') + 1), S6_FTRIG_LEN);
	assert_int_equal(strncmp(strrchr(a.path, '/') + 1, S6_FTRIG, 8), 0);
	assert_string_not_equal(a.path, b.path);
	stat(a.path, &st);
	assert_int_equal(st.st_mode, S_IFIFO | 0622);
	assert_int_equal(s6_fifodir_notify(AT_FDCWD, "event", "dD", 2, &e), 0);
	assert_int_equal(s6_listen_read(&a, got, sizeof got), 2);
	assert_memory_equal(got, "dD", 2);
	assert_int_equal(s6_listen_read(&b, got, sizeof got), 2);
	assert_int_equal(s6_listen_read(&a, got, sizeof got), 0);
	s6_listen_close(&b);
	assert_int_equal(access(b.path[0] ? b.path : "nosuch", F_OK), -1);
	s6_listen_close(&a);
	rmdir("event");
	assert_int_equal(access("event", F_OK), -1);
	assert_int_equal(s6_listen_open(&a, "event", &e), -1);
	assert_int_equal(e.num, ENOENT);
}

/* A full pipe loses the event and nobody waits; FIFOs without a reader go,
 * other files stay. */
static void test_notify_stale_and_full(void **state UNUSED)
{
	static struct s6_listen a;
	static char lots[70000];
	struct err e;
	char name[64], text[TAI_TEXT];
	struct tai now;

	assert_int_equal(
		s6_fifodir_make(AT_FDCWD, "event", (gid_t)-1, false, &e), 1);
	assert_int_equal(s6_listen_open(&a, "event", &e), 0);
	while (write(a.wfd, lots, sizeof lots) > 0)
		;
	tai_now(&now);
	tai_put(text, &now);
	snprintf(name, sizeof name, "event/ftrig1:%s:abcdef", text);
	assert_int_equal(mkfifo(name, 0622), 0);
	mkfifo("event/ftrig1:@short", 0622);
	put("event/other", "", 0);
	assert_int_equal(s6_fifodir_notify(AT_FDCWD, "event", "u", 1, &e), 0);
	assert_int_equal(access(name, F_OK), -1);
	assert_int_equal(access("event/ftrig1:@short", F_OK), 0);
	assert_int_equal(access("event/other", F_OK), 0);
	assert_int_equal(mkfifo(name, 0622), 0);
	assert_int_equal(s6_fifodir_clean(AT_FDCWD, "event", &e), 0);
	assert_int_equal(access(name, F_OK), -1);
	assert_int_equal(access(a.path, F_OK), 0);
	s6_listen_close(&a);
	unlink("event/other");
	unlink("event/ftrig1:@short");
	rmdir("event");
	assert_int_equal(s6_fifodir_notify(AT_FDCWD, "event", "u", 1, &e), -1);
}

/* --- watch --- */

static void test_watch(void **state UNUSED)
{
	static struct s6_watch w;
	struct s6_status s = {.pid = 5, .want_up = true};
	struct err e;

	mkdir("sv", 0755);
	mkdir("sv/supervise", 0755);
	assert_int_equal(s6_watch_open(&w, "sv", &e), -1);
	assert_int_equal(e.num, ENOENT);
	assert_int_equal(
		s6_status_write(AT_FDCWD, "sv/supervise/status", &s, &e), 0);
	assert_int_equal(s6_watch_open(&w, "sv", &e), 0);
	assert_true(w.up && !w.ready);
	s6_watch_byte(&w, 'U');
	assert_true(w.up && w.ready);
	s6_watch_byte(&w, 'd');
	assert_true(!w.up && !w.ready);
	s6_watch_byte(&w, 'O');
	s6_watch_byte(&w, 'D');
	assert_true(!w.up && w.ready && w.failed);
	s6_watch_byte(&w, 'u');
	assert_true(w.up && !w.ready && !w.failed);
	s6_watch_byte(&w, 'x');
	assert_true(w.left);
	s6_watch_close(&w);
	unlink("sv/supervise/status");
	rmdir("sv/supervise");
	rmdir("sv/event");
	rmdir("sv");
}

/* --- places --- */

static void test_place(void **state UNUSED)
{
	char out[PATH_MAX], want[PATH_MAX];
	struct stat st;
	struct err e;

	mkdir("sv", 0755);
	mkdir("state", 0755);
	unsetenv("BASEBOX_STATE");
	assert_int_equal(s6_place(out, "sv", S6_STATUS, &e), 0);
	assert_string_equal(out, "sv/supervise/status");
	setenv("BASEBOX_STATE", "state", 1);
	assert_int_equal(s6_place(out, "sv", S6_STATUS, &e), 0);
	assert_string_equal(out, "sv/supervise/status");
	stat("sv", &st);
	assert_true(s6_state_dir(want, &st));
	mkdir(want, 0755);
	strncat(want, "/supervise", sizeof want - strlen(want) - 1);
	mkdir(want, 0755);
	strncat(want, "/status", sizeof want - strlen(want) - 1);
	assert_int_equal(s6_place(out, "sv", S6_STATUS, &e), 0);
	assert_string_equal(out, want);
	/* what is in the service directory comes first */
	mkdir("sv/supervise", 0755);
	assert_int_equal(s6_place(out, "sv", S6_STATUS, &e), 0);
	assert_string_equal(out, "sv/supervise/status");
	unsetenv("BASEBOX_STATE");
}

static void test_scandir(void **state UNUSED)
{
	char out[PATH_MAX];
	struct err e;
	int fd;

	unsetenv("BASEBOX_SCANDIR");
	assert_int_equal(s6_scandir_find(out, "x", NULL, &e), 0);
	assert_string_equal(out, "x");
	setenv("BASEBOX_SCANDIR", "y", 1);
	assert_int_equal(s6_scandir_find(out, NULL, NULL, &e), 0);
	assert_string_equal(out, "y");
	unsetenv("BASEBOX_SCANDIR");
	mkdir("run", 0755);
	mkdir("run/scandir", 0755);
	mkdir("run/scandir/.s6-svscan", 0755);
	fd = s6_lock_take(AT_FDCWD, "run/scandir/.s6-svscan/lock", 0600, &e);
	assert_true(fd >= 0);
	assert_int_equal(s6_scandir_find(out, NULL, "run", &e), 0);
	assert_string_equal(out, "run/scandir");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tai_stamps),
		cmocka_unit_test(test_tai_text),
		cmocka_unit_test(test_tai_since),
		cmocka_unit_test(test_status_bytes),
		cmocka_unit_test(test_status_file),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_numfile),
		cmocka_unit_test(test_sigfile),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_fifodir_make),
		cmocka_unit_test(test_listen_notify),
		cmocka_unit_test(test_notify_stale_and_full),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_scandir),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, enter, leave);
}
