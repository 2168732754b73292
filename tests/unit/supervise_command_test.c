// SPDX-License-Identifier: MIT
/* What a service is told: control bytes in each state, and the signals of a
 * supervisor. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "s6.h"
#include "supervise_help.h"

enum { LONG = 10000 }; /* ms: more than any test needs on a slow machine */

static struct rig rig;
static struct service s; /* outlive a test that fails */
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

/* --- commands --- */

static void commands_in_down(void **state)
{

	(void)state;
	rig_put("a", "run", "exec sleep 100");
	rig_put("a", "down", "");
	begin(&s, "a");
	for (const char *c = "abqhkti12yrlpcPCKdOzZ"; *c; c++) {
		service_command(&s, *c);
		assert_int_equal(s.state, SERVICE_DOWN);
		assert_false(s.status.want_up);
	}
	assert_string_equal(events, "s");
	service_command(&s, 'o');
	assert_int_equal(s.state, SERVICE_STARTING);
	assert_false(s.status.want_up);
	wait_state(&s, SERVICE_UP);
	service_command(&s, 'U');
	assert_true(s.status.want_up);
	assert_int_equal(access("a/down", F_OK), -1);
	service_command(&s, 'D');
	assert_int_equal(access("a/down", F_OK), 0);
	wait_state(&s, SERVICE_DOWN);
	assert_false(s.status.want_up);
	service_command(&s, 'Q');
	service_command(&s, 'x');
	assert_int_equal(s.state, SERVICE_GONE);
}

static bool got_lines(void *n)
{
	return rig_lines("a/got") >= *(int *)n;
}

static void commands_in_up_are_signals(void **state)
{
	static const struct {
		char byte;
		const char *name;
	} table[] = {{'a', "ALRM"}, {'q', "QUIT"}, {'h', "HUP"},
		     {'t', "TERM"}, {'i', "INT"},  {'1', "USR1"},
		     {'2', "USR2"}, {'y', "WINCH"}, {'r', "USR2"},
		     {'l', "USR1"}};
	char want[256] = "", got[256] = "";
	int n = 1;

	(void)state;
	rig_put("a", "run",
		"for s in ALRM QUIT HUP TERM INT USR1 USR2 WINCH; do\n"
		"trap \"echo $s >>got\" $s; done\n"
		"echo start >>got; while :; do sleep 0.02; done");
	rig_put("a", "down-signal", "SIGUSR2");
	rig_put("a", "reload-signal", "usr1");
	begin(&s, "a");
	assert_true(rig_until(&rig, got_lines, &n, LONG));
	strncat(want, "start\n", 8);
	for (size_t i = 0; i < COUNT(table); i++) {
		service_command(&s, table[i].byte);
		n++;
		assert_true(rig_until(&rig, got_lines, &n, LONG));
		strncat(want, table[i].name, 8);
		strncat(want, "\n", 2);
	}
	assert_true(file_peek(AT_FDCWD, "a/got", got, sizeof(got) - 1, NULL) >
		    0);
	assert_string_equal(got, want);
	service_command(&s, 'p');
	assert_true(s.status.paused);
	service_command(&s, 'C');
	assert_false(s.status.paused);
	service_command(&s, 'O');
	service_command(&s, 'K');
	wait_state(&s, SERVICE_DOWN);
	assert_int_equal(s.status.wstat, SIGKILL);
	end(&s);
}

static void commands_in_finish_only_change_wishes(void **state)
{
	pid_t pid;

	(void)state;
	rig_put("a", "run", "exit 0");
	rig_put("a", "finish", "exec sleep 0.4");
	begin(&s, "a");
	wait_state(&s, SERVICE_FINISH);
	pid = s.child.pid;
	assert_true(s.status.finishing);
	assert_int_equal(s.status.pid, pid);
	for (const char *c = "abqhkti12yrlpcPCKOdou"; *c; c++)
		service_command(&s, *c);
	rig_for(&rig, 50);
	assert_int_equal(s.state, SERVICE_FINISH);
	assert_int_equal(s.child.pid, pid);
	assert_true(s.status.want_up);
	service_command(&s, 'x');
	wait_state(&s, SERVICE_GONE);
	assert_string_equal(events, "sudDx");
}

static void signals_of_a_supervisor(void **state)
{
	pid_t pid;

	(void)state;
	rig_put("a", "run", "exec sleep 100");
	begin(&s, "a");
	wait_state(&s, SERVICE_UP);
	service_signal(&s, SIGHUP);
	assert_int_equal(s.state, SERVICE_UP);
	assert_int_equal(s.out, SPAWN_NULL);
	kill(s.child.pid, SIGKILL);
	wait_state(&s, SERVICE_GONE);
	begin(&s, "a");
	wait_state(&s, SERVICE_UP);
	pid = s.child.pid;
	service_signal(&s, SIGQUIT);
	assert_int_equal(s.state, SERVICE_GONE);
	assert_int_equal(kill(pid, 0), 0);
	kill(pid, SIGKILL);
	begin(&s, "a");
	wait_state(&s, SERVICE_UP);
	pid = s.child.pid;
	service_signal(&s, SIGINT);
	assert_int_equal(s.state, SERVICE_GONE);
	for (int i = 0; i < 100 && kill(pid, 0) == 0; i++)
		rig_for(&rig, 20);
	assert_int_equal(kill(pid, 0), -1);
}

#define SERVICE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVICE_TEST(commands_in_down),
		SERVICE_TEST(commands_in_up_are_signals),
		SERVICE_TEST(commands_in_finish_only_change_wishes),
		SERVICE_TEST(signals_of_a_supervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
