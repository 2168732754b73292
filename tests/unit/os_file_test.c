// SPDX-License-Identifier: MIT
/* Whole files, descriptors, directories, users. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base.h"
#include "os.h"

static char dir[] = "/tmp/os_file.XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct dir d;
	const char *name;

	(void)state;
	if (dir_open(&d, AT_FDCWD, ".", NULL) < 0)
		return -1;
	while ((name = dir_next(&d)))
		if (unlink(name) < 0)
			rmdir(name);
	dir_close(&d);
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static int entries(void)
{
	struct dir d;
	int n = 0;

	assert_int_equal(dir_open(&d, AT_FDCWD, NULL, NULL), 0);
	while (dir_next(&d))
		n++;
	assert_int_equal(errno, 0);
	dir_close(&d);
	return n;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void a_file_is_replaced_in_one_step(void **state)
{
	struct file_how how = {.flags = FILE_SYNC};
	char got[8] = "";
	int before, fd;

	(void)state;
	umask(077);
	assert_int_equal(file_replace(AT_FDCWD, "f", "one", 3, &how, NULL), 0);
	assert_int_equal(mode_of("f"), 0644);
	before = entries();
	assert_int_equal(chmod("f", 0640), 0);
	fd = open("f", O_RDONLY);
	assert_int_equal(file_replace(AT_FDCWD, "f", "two", 3, NULL, NULL), 0);
	assert_int_equal(mode_of("f"), 0640);
	assert_int_equal(read(fd, got, 3), 3);
	assert_string_equal(got, "one");
	close(fd);
	how = (struct file_how){.flags = FILE_MODE | FILE_OWNER,
				.mode = 04755,
				.uid = getuid(),
				.gid = getgid(),
				.temp = "f.new"};
	assert_int_equal(file_replace(AT_FDCWD, "f", "3", 1, &how, NULL), 0);
	assert_int_equal(mode_of("f"), 04755);
	assert_int_equal(file_peek(AT_FDCWD, "f", got, sizeof(got), NULL), 1);
	assert_int_equal(got[0], '3');
	assert_int_equal(entries(), before);
	umask(022);
}

static void a_failed_replacement_leaves_nothing(void **state)
{
	struct rlimit lim, small;
	struct err e;
	char big[5000] = "";
	int before = entries();

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "none/f", "x", 1, NULL, &e), -1);
	assert_int_equal(e.num, ENOENT);
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "d", "x", 1, NULL, &e), -1);
	assert_int_equal(e.num, EISDIR);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &lim);
	small = (struct rlimit){4096, lim.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(
		file_replace(AT_FDCWD, "g", big, sizeof(big), NULL, &e), -1);
	setrlimit(RLIMIT_FSIZE, &lim);
	assert_int_equal(e.num, EFBIG);
	assert_int_equal(entries(), before + 1);
}

static void what_cannot_be_replaced_is_written_over(void **state)
{
	struct stat before, after;
	struct err e;

	(void)state;
	assert_int_equal(
		file_replace(AT_FDCWD, "o", "a longer one", 12, NULL, NULL), 0);
	assert_int_equal(stat("o", &before), 0);
	assert_int_equal(file_overwrite(AT_FDCWD, "o", "new", 3, &e), 0);
	assert_int_equal(stat("o", &after), 0);
	assert_int_equal(after.st_size, 3);
	assert_true(before.st_ino == after.st_ino);
	assert_int_equal(file_overwrite(AT_FDCWD, "o", "", 0, &e), 0);
	assert_int_equal(stat("o", &after), 0);
	assert_int_equal(after.st_size, 0);
	assert_int_equal(file_overwrite(AT_FDCWD, "none", "x", 1, &e), -1);
	assert_int_equal(e.num, ENOENT);
	unlink("o");
}

static void reading_has_a_limit(void **state)
{
	struct buf b = {0};
	struct err e;
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(
		file_replace(AT_FDCWD, "r", text, sizeof(text), NULL, NULL), 0);
	assert_int_equal(file_read(AT_FDCWD, "r", &b, 5000, &e), 0);
	assert_int_equal(b.len, 5000);
	buf_reset(&b);
	assert_int_equal(file_read(AT_FDCWD, "r", &b, 4999, &e), -1);
	assert_int_equal(e.num, EFBIG);
	assert_int_equal(file_read(AT_FDCWD, "missing", &b, 10, &e), -1);
	assert_string_equal(e.text, "unable to open missing: "
				    "No such file or directory");
	buf_free(&b);
}

static void directories_are_made_with_parents(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(file_mkdirs(AT_FDCWD, "m/n/o", 0755, &e), 0);
	assert_int_equal(file_mkdirs(AT_FDCWD, "m/n/o/", 0755, &e), 0);
	assert_int_equal(file_replace(AT_FDCWD, "m/f", "", 0, NULL, NULL), 0);
	assert_int_equal(file_mkdirs(AT_FDCWD, "m/f/x", 0755, &e), -1);
	unlink("m/f");
	rmdir("m/n/o");
	rmdir("m/n");
	rmdir("m");
}

static void a_fifo_never_ends(void **state)
{
	struct err e;
	char c;
	int fd = fd_fifo(AT_FDCWD, "p", 0622, &e);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(mode_of("p"), 0622);
	assert_int_equal(read(fd, &c, 1), -1);
	assert_int_equal(errno, EAGAIN);
	close(fd);
	assert_int_equal(chmod("p", 0600), 0);
	fd = fd_fifo(AT_FDCWD, "p", 0622, &e);
	assert_int_equal(mode_of("p"), 0600);
	close(fd);
	assert_int_equal(file_replace(AT_FDCWD, "q", "", 0, NULL, NULL), 0);
	assert_int_equal(fd_fifo(AT_FDCWD, "q", 0600, &e), -1);
	assert_int_equal(e.num, EEXIST);
	assert_int_equal(mkdir("qd", 0700), 0);
	assert_int_equal(fd_fifo(AT_FDCWD, "qd", 0600, &e), -1);
	assert_int_equal(e.num, EEXIST);
}

static void locks_belong_to_the_description(void **state)
{
	int a = open("l", O_CREAT | O_RDWR, 0644), b = open("l", O_RDWR);
	struct err e;

	(void)state;
	assert_int_equal(fd_lock(a, false, false, NULL), 0);
	close(open("l", O_RDONLY)); /* would drop a classic lock */
	assert_int_equal(fd_lock_test(b, NULL), 1);
	assert_int_equal(fd_lock(b, true, false, &e), -1);
	assert_int_equal(e.num, EBUSY);
	close(a);
	assert_int_equal(fd_lock_test(b, NULL), 0);
	assert_int_equal(fd_lock(b, false, false, NULL), 0);
	close(b);
}

static void users_are_found(void **state)
{
	struct user u, v;
	gid_t gid, g[USER_GROUPS];
	char name[32];
	struct err e;

	(void)state;
	assert_int_equal(user_find("root", &u, &e), 1);
	assert_int_equal(u.uid, 0);
	assert_string_equal(u.home, "/root");
	assert_int_equal(user_find("daemon", &u, &e), 1);
	assert_int_equal(user_find_uid(u.uid, &v, &e), 1);
	assert_string_equal(v.name, "daemon");
	assert_int_equal(user_find("no such user", &u, &e), 0);
	assert_int_equal(group_find("daemon", &gid, &e), 1);
	assert_int_equal(group_find_gid(gid, name, sizeof(name), &e), 1);
	assert_string_equal(name, "daemon");
	assert_int_equal(group_find("no such group", &gid, &e), 0);
	assert_true(user_groups("daemon", g, USER_GROUPS, &e) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_in_one_step),
		cmocka_unit_test(a_failed_replacement_leaves_nothing),
		cmocka_unit_test(what_cannot_be_replaced_is_written_over),
		cmocka_unit_test(reading_has_a_limit),
		cmocka_unit_test(directories_are_made_with_parents),
		cmocka_unit_test(a_fifo_never_ends),
		cmocka_unit_test(locks_belong_to_the_description),
		cmocka_unit_test(users_are_found),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
