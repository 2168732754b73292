// SPDX-License-Identifier: MIT
/* One service: its events, states, commands, deadlines and failures. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "s6.h"
#include "supervise_help.h"

enum { LONG = 10000 }; /* ms: more than any test needs on a slow machine */

static struct rig rig;
static struct service s, a, b; /* outlive a test that fails */
static char events[256]; /* of all services, as the listener would see */

static void note(struct service *who, const char *ev)
{
	size_t n = strlen(events), k = strlen(ev);

	(void)who;
	if (n + k < sizeof(events))
		memcpy(events + n, ev, k + 1);
}

static int setup(void **state)
{
	(void)state;
	rig_begin();
	rig_loop(&rig);
	rig.sup.hooks.changed = note;
	events[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (rig.sup.all) {
		service_force(rig.sup.all);
		service_signal(rig.sup.all, SIGQUIT);
	}
	rig_loop_end(&rig);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	rig_end();
	return 0;
}

static void begin(struct service *who, const char *dir)
{
	struct err e;

	if (rig_open(&rig, who, dir, &e) < 0)
		fail_msg("%s", e.text);
}

static void wait_state(struct service *who, enum service_state state)
{
	if (!rig_state(&rig, who, state, LONG))
		fail_msg("state is %d, not %d (%s)", who->state, state, events);
}

/* Brings it down and ends supervision. */
static void end(struct service *who)
{
	service_signal(who, SIGTERM);
	wait_state(who, SERVICE_GONE);
}

static void on_disk(const char *dir, struct s6_status *st)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/" S6_STATUS, dir);
	assert_int_equal(s6_status_read(AT_FDCWD, path, st, NULL), 0);
}

static bool has_seen(void *ev)
{
	return strstr(events, ev) != NULL;
}

static void wait_events(const char *ev)
{
	if (!rig_until(&rig, has_seen, (void *)ev, LONG))
		fail_msg("events are %s, without %s", events, ev);
}

/* --- cycles --- */

static void a_cycle_is_told_by_events(void **state)
{
	struct s6_status st;

	(void)state;
	rig_put("a", "run", "echo >&5; exec sleep 100");
	rig_put("a", "notification-fd", "5");
	rig_put("a", "finish", "exit 0");
	begin(&s, "a");
	wait_events("suU");
	on_disk("a", &st);
	assert_int_equal(st.pid, s.child.pid);
	assert_true(st.ready && st.want_up && !st.finishing && !st.paused);
	kill(st.pid, SIGKILL);
	wait_events("suUdDuU");
	on_disk("a", &st);
	assert_int_equal(st.wstat, SIGKILL);
	end(&s);
	assert_string_equal(events, "suUdDuUdDx");
	on_disk("a", &st);
	assert_int_equal(st.pid, 0);
	assert_int_equal(st.wstat, SIGTERM);
	assert_false(st.want_up);
}

static void what_never_started_is_marked(void **state)
{
	struct s6_status st;

	(void)state;
	rig_put("a", "down", "");
	begin(&s, "a");
	on_disk("a", &st);
	assert_true(s6_status_fresh(&st));
	assert_false(st.want_up);
	end(&s);
	assert_string_equal(events, "sx");
}

static void finish_125_is_permanent(void **state)
{

	(void)state;
	rig_put("a", "run", "exit 1");
	rig_put("a", "finish", "exit 125");
	begin(&s, "a");
	wait_events("udOD");
	assert_int_equal(s.state, SERVICE_DOWN);
	assert_false(s.status.want_up);
	assert_false(loop_timer_is_set(&s.deadline));
	end(&s);
}

/* --- the rate of starts --- */

static void a_service_that_was_up_a_second_restarts_at_once(void **state)
{
	int64_t died;

	(void)state;
	rig_put("a", "run", "exec sleep 100");
	begin(&s, "a");
	wait_state(&s, SERVICE_UP);
	rig_for(&rig, 1050);
	kill(s.child.pid, SIGKILL);
	died = clock_mono_ms();
	wait_events("udDu");
	assert_true(clock_mono_ms() - died < 300);
	kill(s.child.pid, SIGKILL);
	died = clock_mono_ms();
	wait_events("udDudDu");
	assert_in_range(clock_mono_ms() - died, 700, 2000);
	end(&s);
}

static void orders_start_at_once(void **state)
{
	int64_t start = clock_mono_ms();

	(void)state;
	rig_put("a", "run", "exit 0");
	begin(&s, "a");
	for (int i = 0; i < 4; i++) {
		wait_events("udD");
		events[0] = '\0';
		service_command(&s, i % 2 ? 'u' : 'o');
	}
	assert_true(clock_mono_ms() - start < 900);
	end(&s);
}

/* Up again after down is an order too, as soon as nothing runs. */
static void down_and_up_is_a_restart_at_once(void **state)
{
	int64_t start = clock_mono_ms();

	(void)state;
	rig_put("a", "run", "exec sleep 100");
	rig_put("a", "finish", "exit 0");
	begin(&s, "a");
	for (int i = 0; i < 4; i++) {
		wait_events("u");
		events[0] = '\0';
		service_command(&s, 'd');
		service_command(&s, 'u');
		wait_events("dD");
	}
	wait_events("dDu");
	assert_true(clock_mono_ms() - start < 900);
	end(&s);
}

/* The bytes of a finish script come before the start that its end causes. */
static void commands_of_finish_are_heard_first(void **state)
{
	static const char bytes[] = {'d', 'O', 'x'};

	(void)state;
	rig_put("a", "run", "echo >>n; exec sleep 1.1");
	for (size_t i = 0; i < COUNT(bytes); i++) {
		char line[80];

		snprintf(line, sizeof(line),
			 "printf %c >supervise/control; exit 0", bytes[i]);
		rig_put("a", "finish", line);
		unlink("a/n");
		events[0] = '\0';
		begin(&s, "a");
		wait_events("udD");
		rig_for(&rig, 200);
		assert_int_equal(rig_lines("a/n"), 1);
		if (bytes[i] != 'x') {
			assert_int_equal(s.state, SERVICE_DOWN);
			end(&s);
		}
		assert_int_equal(s.state, SERVICE_GONE);
	}
}

/* --- deadlines --- */

static void who_ignores_its_signal_is_killed(void **state)
{
	int64_t start;

	(void)state;
	rig_put("a", "run", "trap '' TERM; touch ready; sleep 100; sleep 100");
	rig_put("a", "timeout-kill", "300");
	rig_put("a", "flag-timeout-killpg", "");
	begin(&s, "a");
	while (access("a/ready", F_OK) < 0)
		rig_for(&rig, 10);
	start = clock_mono_ms();
	service_command(&s, 'd');
	wait_state(&s, SERVICE_DOWN);
	assert_in_range(clock_mono_ms() - start, 300, 2000);
	assert_int_equal(s.status.wstat, SIGKILL);
	end(&s);
}

static void a_finish_has_its_time(void **state)
{
	int64_t start;

	(void)state;
	rig_put("a", "run", "exit 1");
	rig_put("a", "finish", "trap '' TERM; exec sleep 100");
	rig_put("a", "timeout-finish", "200");
	begin(&s, "a");
	wait_state(&s, SERVICE_FINISH);
	start = clock_mono_ms();
	wait_state(&s, SERVICE_DOWN);
	assert_in_range(clock_mono_ms() - start, 150, 2000);
	assert_int_equal(WEXITSTATUS(s.status.wstat), 1);
	end(&s);
}

/* --- starts that fail or wait --- */

static void a_failed_start_is_explained_once(void **state)
{
	char text[256] = "";

	(void)state;
	rig_put("a", "finish", "exit 0");
	begin(&s, "a");
	wait_state(&s, SERVICE_STARTING);
	wait_state(&s, SERVICE_DOWN);
	assert_true(file_peek(AT_FDCWD, "a/supervise/last-error", text,
			      sizeof(text) - 1, NULL) > 0);
	assert_string_equal(text, "unable to exec run: "
				  "No such file or directory\n");
	assert_in_range(s.deadline.at - clock_mono_ms(), 9000, 10000);
	assert_string_equal(events, "s");
	/* Another reason: the missing interpreter is named. */
	rig_put("a", "run", "");
	assert_int_equal(truncate("a/run", 0), 0);
	{
		FILE *f = fopen("a/run", "w");

		fputs("#!/no/such/thing -x\n", f);
		fclose(f);
	}
	service_command(&s, 'u');
	wait_state(&s, SERVICE_DOWN);
	memset(text, 0, sizeof(text));
	assert_true(file_peek(AT_FDCWD, "a/supervise/last-error", text,
			      sizeof(text) - 1, NULL) > 0);
	assert_string_equal(text, "unable to exec run: /no/such/thing: "
				  "No such file or directory\n");
	rig_put("a", "run", "exec sleep 100");
	service_command(&s, 'u');
	wait_state(&s, SERVICE_UP);
	assert_int_equal(access("a/supervise/last-error", F_OK), -1);
	assert_string_equal(events, "su");
	end(&s);
}

/* While run is open for writing it cannot be executed; that passes. */
static void a_busy_program_is_tried_again_soon(void **state)
{
	int in = open("/bin/true", O_RDONLY), out;
	char piece[4096];
	ssize_t n;

	(void)state;
	rig_put("a", "x", "");
	out = open("a/run", O_WRONLY | O_CREAT, 0755);
	while ((n = read(in, piece, sizeof(piece))) > 0)
		assert_int_equal(write(out, piece, (size_t)n), n);
	close(in);
	begin(&s, "a");
	wait_state(&s, SERVICE_STARTING);
	wait_state(&s, SERVICE_DOWN);
	assert_in_range(s.deadline.at - clock_mono_ms(), 500, 1000);
	close(out);
	wait_events("udD");
	end(&s);
}

/* Turns of the loop while another service cannot get on: each is short. */
static void answers_meanwhile(struct service *other)
{
	for (int i = 0; i < 20; i++) {
		int fd = s6_control_open(AT_FDCWD, "b/supervise/control", NULL);
		int64_t start = clock_mono_ns();
		bool pause = i % 2 == 0;

		assert_true(fd >= 0);
		assert_int_equal(write(fd, pause ? "p" : "c", 1), 1);
		close(fd);
		while (other->status.paused != pause)
			assert_int_equal(
				loop_turn(&rig.loop, CLOCK_NEVER, NULL), 0);
		assert_true(clock_mono_ns() - start < 100 * 1000000);
	}
}

static void a_held_lock_delays_nobody_else(void **state)
{
	int lock;

	(void)state;
	rig_put("a", "run", "exec sleep 100");
	rig_put("a", "lock-fd", "9");
	rig_put("b", "run", "exec sleep 100");
	assert_int_equal(mkdir("a/supervise", 0700), 0);
	lock = open("a/supervise/service-lock", O_RDWR | O_CREAT | O_CLOEXEC,
		    0644);
	assert_int_equal(fd_lock(lock, false, false, NULL), 0);
	begin(&a, "a");
	begin(&b, "b");
	wait_state(&b, SERVICE_UP);
	answers_meanwhile(&b);
	assert_int_equal(a.state, SERVICE_STARTING);
	/* It can be told to stop while it waits. */
	service_command(&a, 'd');
	wait_state(&a, SERVICE_DOWN);
	service_command(&a, 'u');
	rig_for(&rig, 50);
	assert_int_equal(a.state, SERVICE_STARTING);
	close(lock);
	wait_state(&a, SERVICE_UP);
	end(&a);
	end(&b);
}

/* An exec that takes as long as somebody else wants: the kernel asks us for
 * permission and we do not answer yet. */
static void a_slow_exec_delays_nobody_else(void **state)
{
	struct fanotify_event_metadata ev;
	struct fanotify_response yes;
	int fan = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);

	(void)state;
	rig_put("a", "run", "exec sleep 100");
	rig_put("b", "run", "exec sleep 100");
	if (fan < 0 ||
	    fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD,
			  "a/run") < 0) {
		if (fan >= 0)
			close(fan);
		skip();
	}
	begin(&a, "a");
	begin(&b, "b");
	wait_state(&b, SERVICE_UP);
	answers_meanwhile(&b);
	assert_int_equal(a.state, SERVICE_STARTING);
	assert_int_equal(read(fan, &ev, sizeof(ev)), sizeof(ev));
	yes = (struct fanotify_response){ev.fd, FAN_ALLOW};
	assert_int_equal(write(fan, &yes, sizeof(yes)), sizeof(yes));
	close(ev.fd);
	close(fan);
	wait_state(&a, SERVICE_UP);
	end(&a);
	end(&b);
}

/* --- places and limits --- */

static void a_second_supervisor_is_refused(void **state)
{
	struct err e;

	(void)state;
	rig_put("a", "down", "");
	begin(&a, "a");
	assert_int_equal(rig_open(&rig, &b, "a", &e), -1);
	assert_int_equal(e.num, EBUSY);
	assert_int_equal(b.state, SERVICE_GONE);
	end(&a);
}

static void dangling_links_are_followed(void **state)
{
	struct stat st;

	(void)state;
	rig_put("a", "down", "");
	rig_put("state", "x", "");
	assert_int_equal(symlink("../state/sup", "a/supervise"), 0);
	assert_int_equal(symlink("../state/ev", "a/event"), 0);
	begin(&s, "a");
	assert_int_equal(stat("state/sup/status", &st), 0);
	assert_int_equal(stat("state/ev", &st), 0);
	assert_int_equal(st.st_mode & 07777, 03730);
	end(&s);
}

static void two_hundred_restarts_leave_nothing(void **state)
{
	int fds;

	(void)state;
	rig_put("a", "run", "echo >&3; exec sleep 100");
	rig_put("a", "notification-fd", "3");
	rig_put("a", "finish", "exit 0");
	begin(&s, "a");
	wait_state(&s, SERVICE_UP);
	rig_for(&rig, 100);
	fds = rig_fds();
	for (int i = 0; i < 200; i++) {
		service_command(&s, 'd');
		wait_state(&s, SERVICE_DOWN);
		service_command(&s, 'u');
		wait_state(&s, SERVICE_UP);
	}
	while (!s.status.ready)
		rig_for(&rig, 10);
	assert_int_equal(rig_fds(), fds);
	end(&s);
	assert_int_equal(rig_fds(), fds - 3);
}

#define SERVICE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void expect_mode(const char *path, mode_t mode, gid_t gid)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_gid, gid);
}

/* A group that the file names may see and command the service. */
static void control_group(void **state)
{
	char text[NUM_TEXT];
	gid_t gid = geteuid() ? getegid() : 12345;

	(void)state;
	num_put_u64(text, gid);
	rig_put("s", "run", "exec sleep 1000");
	rig_put("s", "control-group", text);
	begin(&s, "s");
	assert_true(rig_state(&rig, &s, SERVICE_UP, LONG));
	expect_mode("s/supervise", 0710, gid);
	expect_mode("s/supervise/control", 0620, gid);
	expect_mode("s/event", 03730, gid);
	/* One that is not known changes nothing. */
	rig_put("a", "run", "exec sleep 1000");
	rig_put("a", "control-group", "no-such-group");
	begin(&a, "a");
	assert_true(rig_state(&rig, &a, SERVICE_UP, LONG));
	expect_mode("a/supervise", 0700, getegid());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVICE_TEST(a_cycle_is_told_by_events),
		SERVICE_TEST(what_never_started_is_marked),
		SERVICE_TEST(control_group),
		SERVICE_TEST(finish_125_is_permanent),
		SERVICE_TEST(a_service_that_was_up_a_second_restarts_at_once),
		SERVICE_TEST(orders_start_at_once),
		SERVICE_TEST(down_and_up_is_a_restart_at_once),
		SERVICE_TEST(commands_of_finish_are_heard_first),
		SERVICE_TEST(who_ignores_its_signal_is_killed),
		SERVICE_TEST(a_finish_has_its_time),
		SERVICE_TEST(a_failed_start_is_explained_once),
		SERVICE_TEST(a_busy_program_is_tried_again_soon),
		SERVICE_TEST(a_held_lock_delays_nobody_else),
		SERVICE_TEST(a_slow_exec_delays_nobody_else),
		SERVICE_TEST(a_second_supervisor_is_refused),
		SERVICE_TEST(dangling_links_are_followed),
		SERVICE_TEST(two_hundred_restarts_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
