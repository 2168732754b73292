// SPDX-License-Identifier: MIT
/* The event loop: timers in order, watches that vanish while their event is
 * under way, signals as events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base.h"
#include "os.h"

static int order[64];
static size_t called;

static void note(struct loop_timer *t)
{
	order[called++] = *(int *)t->ctx;
}

static void timers_run_in_order_of_their_deadlines(void **state)
{
	struct loop l;
	struct loop_timer t[40] = {0};
	int id[40];
	int64_t now;

	(void)state;
	assert_int_equal(loop_init(&l, NULL), 0);
	now = clock_mono_ms();
	called = 0;
	for (int i = 0; i < 40; i++) {
		id[i] = (i * 17) % 40;
		loop_timer_set(&l, &t[i], now - 100 + id[i], note, &id[i]);
	}
	/* Some moved, some removed, from all places of the heap. */
	for (int i = 0; i < 40; i += 5)
		loop_timer_unset(&t[i]);
	for (int i = 1; i < 40; i += 5)
		loop_timer_set(&l, &t[i], now - 100 + id[i], note, &id[i]);
	assert_int_equal(loop_turn(&l, 0, NULL), 0);
	assert_int_equal(called, 32);
	for (size_t i = 1; i < called; i++)
		assert_true(order[i - 1] < order[i]);
	for (int i = 0; i < 40; i++)
		assert_false(loop_timer_is_set(&t[i]));
	loop_free(&l);
}

static struct loop_timer pair[2];

static void remove_other(struct loop_timer *t)
{
	called++;
	loop_timer_unset(t == &pair[0] ? &pair[1] : &pair[0]);
}

static void again(struct loop_timer *t)
{
	called++;
	loop_timer_set(t->ctx, t, 0, again, t->ctx);
}

static void timers_may_change_timers(void **state)
{
	struct loop l;

	(void)state;
	assert_int_equal(loop_init(&l, NULL), 0);
	called = 0;
	loop_timer_set(&l, &pair[0], 1, remove_other, NULL);
	loop_timer_set(&l, &pair[1], 1, remove_other, NULL);
	assert_int_equal(loop_turn(&l, 0, NULL), 0);
	assert_int_equal(called, 1);
	/* One that sets itself anew runs once in each turn. */
	loop_timer_set(&l, &pair[0], 0, again, &l);
	assert_int_equal(loop_turn(&l, CLOCK_NEVER, NULL), 0);
	assert_int_equal(loop_turn(&l, CLOCK_NEVER, NULL), 0);
	assert_int_equal(called, 3);
	loop_timer_set(&l, &pair[0], CLOCK_NEVER, again, &l);
	assert_false(loop_timer_is_set(&pair[0]));
	loop_free(&l);
}

static void a_turn_waits_for_its_deadline(void **state)
{
	struct loop l;
	struct loop_timer t = {0};
	int id = 1;
	int64_t start = clock_mono_ms();

	(void)state;
	assert_int_equal(loop_init(&l, NULL), 0);
	called = 0;
	loop_timer_set(&l, &t, start + 20, note, &id);
	assert_int_equal(loop_turn(&l, start + 5, NULL), 0);
	assert_int_equal(called, 0);
	assert_true(clock_mono_ms() >= start + 5);
	assert_int_equal(loop_turn(&l, CLOCK_NEVER, NULL), 0);
	assert_int_equal(called, 1);
	assert_true(clock_mono_ms() >= start + 20);
	loop_free(&l);
}

static struct loop_fd ends[2];
static char first_seen;

static void drop_both(struct loop_fd *w, uint32_t events)
{
	assert_true(events & EPOLLIN);
	called++;
	first_seen = w->urgent;
	loop_unwatch(&ends[0]);
	loop_unwatch(&ends[1]);
}

static void a_removed_watch_is_not_called(void **state)
{
	struct loop l;
	int a[2], b[2];

	(void)state;
	assert_int_equal(loop_init(&l, NULL), 0);
	assert_int_equal(fd_pipe(a, true, NULL), 0);
	assert_int_equal(fd_pipe(b, true, NULL), 0);
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "x", 1), 1);
	ends[1].urgent = true;
	assert_int_equal(loop_watch(&l, &ends[0], a[0], EPOLLIN, drop_both,
				    NULL, NULL), 0);
	assert_int_equal(loop_watch(&l, &ends[1], b[0], EPOLLIN, drop_both,
				    NULL, NULL), 0);
	called = 0;
	assert_int_equal(loop_turn(&l, CLOCK_NEVER, NULL), 0);
	assert_int_equal(called, 1);
	assert_true(first_seen);
	assert_int_equal(l.watches, 0);
	assert_int_equal(loop_watch(&l, &ends[0], -1, EPOLLIN, drop_both, NULL,
				    NULL), -1);
	assert_null(ends[0].loop);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	loop_free(&l);
}

static int got_signal;

static void on_sig(void *ctx, int sig)
{
	got_signal = sig;
	loop_stop(ctx);
}

static void signals_are_events(void **state)
{
	static const int list[] = {SIGUSR1, SIGUSR2, 0};
	struct loop l;
	struct signals s = {0};

	(void)state;
	assert_int_equal(loop_init(&l, NULL), 0);
	assert_int_equal(signals_open(&s, &l, list, on_sig, &l, NULL), 0);
	raise(SIGUSR2);
	assert_int_equal(loop_run(&l, NULL), 0);
	assert_int_equal(got_signal, SIGUSR2);
	signals_close(&s);
	signals_close(&s);
	loop_free(&l);
}

static void signal_names_both_ways(void **state)
{
	(void)state;
	assert_string_equal(signal_name(SIGTERM), "TERM");
	assert_string_equal(signal_name(SIGABRT), "ABRT");
	assert_null(signal_name(0));
	assert_null(signal_name(63));
	assert_int_equal(signal_number("SIGTERM"), SIGTERM);
	assert_int_equal(signal_number("usr1"), SIGUSR1);
	assert_int_equal(signal_number("iot"), SIGABRT);
	assert_int_equal(signal_number("10"), 10);
	assert_int_equal(signal_number("RTMIN+1"), SIGRTMIN + 1);
	assert_int_equal(signal_number("rtmax-2"), SIGRTMAX - 2);
	assert_int_equal(signal_number("rtmax+1"), 0);
	assert_int_equal(signal_number(""), 0);
	assert_int_equal(signal_number("SIG"), 0);
	assert_int_equal(signal_number("65"), 0);
	assert_int_equal(signal_number("TERMX"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_run_in_order_of_their_deadlines),
		cmocka_unit_test(timers_may_change_timers),
		cmocka_unit_test(a_turn_waits_for_its_deadline),
		cmocka_unit_test(a_removed_watch_is_not_called),
		cmocka_unit_test(signals_are_events),
		cmocka_unit_test(signal_names_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
