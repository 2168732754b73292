// SPDX-License-Identifier: MIT
/* init's graph and policies: loading, orders up and down, failures, cycles,
 * what an end means. No process is started. */
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

#include "../../core/init/graph.h"
#include "../../core/init/policy.h"
#include "supervise_help.h"

static struct graph g;
static char seen[512]; /* what was started or stopped, in order */

static void note(void *ctx, struct node *n)
{
	size_t len = strlen(seen);

	(void)ctx;
	snprintf(seen + len, sizeof(seen) - len, "%s ", n->name);
}

static int setup(void **state)
{
	(void)state;
	rig_begin();
	seen[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	graph_free(&g);
	rig_end();
	return 0;
}

/* NAME and what it needs, with blanks between. */
static void node(const char *name, const char *needs)
{
	struct str rest = str_of(needs), part;
	char dir[128], file[128];

	rig_put(name, "x", "");
	snprintf(dir, sizeof(dir), "%s/dependencies.d", name);
	assert_int_equal(mkdir(dir, 0755), 0);
	while (str_split(&rest, ' ', &part)) {
		snprintf(file, sizeof(file), "%.*s", (int)part.n, part.p);
		if (part.n)
			rig_put(dir, file, "");
	}
}

static void policy(const char *name, const char *file, const char *text)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/policy", name);
	rig_put(dir, file, text);
}

static int load(void)
{
	struct err e;
	int r, dir = open(".", O_RDONLY | O_DIRECTORY);

	memset(&g, 0, sizeof(g));
	r = graph_load(&g, dir, &e);
	close(dir);
	g.start = g.stop = note;
	return r < 0 ? e.num : 0;
}

static void now_up(const char *name)
{
	graph_find(&g, name)->state = NODE_UP;
	graph_up(&g);
}

static bool now_down(const char *name)
{
	graph_find(&g, name)->state = NODE_DOWN;
	return graph_down(&g, false);
}

static void independent_ones_start_together(void **state)
{
	(void)state;
	node("a", "");
	node("b", "");
	node("c", "a b");
	assert_int_equal(load(), 0);
	graph_up(&g);
	assert_string_equal(seen, "a b ");
	now_up("a");
	assert_string_equal(seen, "a b ");
	now_up("b");
	assert_string_equal(seen, "a b c ");
	assert_false(graph_settled(&g));
	now_up("c");
	assert_true(graph_settled(&g));
}

static void stop_is_the_reverse(void **state)
{
	(void)state;
	node("a", "");
	node("b", "a");
	node("c", "a");
	node("d", "b");
	assert_int_equal(load(), 0);
	assert_false(graph_down(&g, false));
	assert_string_equal(seen, "d c ");
	assert_false(now_down("d"));
	assert_string_equal(seen, "d c b ");
	assert_false(now_down("b"));
	assert_string_equal(seen, "d c b ");
	assert_false(now_down("c"));
	assert_string_equal(seen, "d c b a ");
	assert_true(now_down("a"));
}

static void bundles_are_all_of_their_members(void **state)
{
	(void)state;
	node("a", "");
	node("b", "");
	node("net", "first");
	rig_put("net", "type", "bundle");
	rig_put("net/contents.d", "a", "");
	rig_put("net/contents.d", "b", "");
	node("app", "net");
	node("first", "");
	assert_int_equal(load(), 0);
	graph_up(&g);
	assert_string_equal(seen, "first ");
	now_up("first");
	assert_string_equal(seen, "first a b ");
	now_up("a");
	now_up("b");
	assert_string_equal(seen, "first a b app ");
}

static void a_failure_reaches_all_that_need_it(void **state)
{
	(void)state;
	node("a", "");
	node("b", "a");
	node("c", "b");
	node("d", "");
	node("cmd", "");
	assert_int_equal(load(), 0);
	graph_up(&g);
	assert_string_equal(seen, "a d ");
	graph_fail(&g, graph_find(&g, "a"));
	assert_int_equal(graph_find(&g, "c")->state, NODE_FAILED);
	assert_string_equal(seen, "a d ");
	/* CMD waits for the boot, whatever comes of it. */
	now_up("d");
	assert_string_equal(seen, "a d cmd ");
}

static void what_is_not_wanted_is_not_started(void **state)
{
	(void)state;
	node("a", "");
	policy("a", "on-start", "0");
	node("b", "");
	policy("b", "on-start", "0");
	node("c", "b");
	rig_put("d", "down", "");
	node("e", "f");
	rig_put("f", "down", "");
	assert_int_equal(load(), 0);
	graph_up(&g);
	assert_string_equal(seen, "b f ");
	graph_want(&g, graph_find(&g, "a"));
	graph_up(&g);
	assert_string_equal(seen, "b f a ");
}

static void registrations_stop_first(void **state)
{
	(void)state;
	node("app", "");
	node("register", "");
	policy("register", "stop-after", "*");
	node("user", "register");
	node("cmd", "");
	assert_int_equal(load(), 0);
	graph_up(&g);
	assert_string_equal(seen, "app register ");
	seen[0] = '\0';
	/* Its user is in the way of the first phase. */
	graph_find(&g, "user")->state = NODE_DOWN;
	assert_false(graph_down(&g, true));
	assert_string_equal(seen, "register ");
	graph_find(&g, "register")->state = NODE_DOWN;
	assert_true(graph_down(&g, true));
	assert_false(graph_down(&g, false));
	assert_string_equal(seen, "register cmd ");
	now_down("cmd");
	assert_string_equal(seen, "register cmd app ");
}

static void stop_only_edges_give_way(void **state)
{
	(void)state;
	node("a", "b");
	node("b", "");
	policy("b", "stop-after", "a nobody");
	assert_int_equal(load(), 0);
	graph_down(&g, false);
	now_down("a");
	assert_string_equal(seen, "a b ");
}

static void what_is_wrong_is_refused(void **state)
{
	(void)state;
	node("a", "b");
	node("b", "c");
	node("c", "a");
	assert_int_equal(load(), EINVAL);
	graph_free(&g);
	rig_put("c/dependencies.d", "c", "");
	unlink("c/dependencies.d/a");
	assert_int_equal(load(), EINVAL);
	graph_free(&g);
	unlink("c/dependencies.d/c");
	assert_int_equal(load(), 0);
	graph_free(&g);
	rig_put("c/dependencies.d", "nobody", "");
	assert_int_equal(load(), EINVAL);
	graph_free(&g);
	unlink("c/dependencies.d/nobody");
	rig_put("c", "type", "what");
	assert_int_equal(load(), EINVAL);
	graph_free(&g);
	rig_put("c", "type", "longrun");
	policy("c", "restart", "sometimes");
	assert_int_equal(load(), EINVAL);
	graph_free(&g);
	policy("c", "restart", "always");
	policy("c", "max-restarts", "many");
	assert_int_equal(load(), EINVAL);
}

static void an_end_means_what_the_policy_says(void **state)
{
	struct policy *p;
	bool spent;

	(void)state;
	node("a", "");
	policy("a", "restart", "on-failure");
	policy("a", "success-codes", "0 3 143");
	policy("a", "max-restarts", "2");
	policy("a", "window", "1000");
	policy("a", "backoff-max", "5000");
	node("b", "");
	policy("b", "essential", "1");
	node("c", "");
	assert_int_equal(load(), 0);
	p = &graph_find(&g, "a")->policy;
	assert_int_equal(policy_code(p, SIGTERM), 0);
	assert_int_equal(policy_code(p, SIGKILL), 137);
	assert_int_equal(policy_code(p, 3 << 8), 0);
	assert_int_equal(policy_died(p, 3 << 8, 10, 0, &spent), SERVICE_REST);
	assert_false(spent);
	assert_int_equal(policy_died(p, 1 << 8, 10, 100, &spent), 1000);
	assert_int_equal(policy_died(p, 1 << 8, 10, 200, &spent), 2010);
	assert_int_equal(policy_died(p, 1 << 8, 10, 300, &spent),
			 SERVICE_REST);
	assert_true(spent);
	/* In the next window, the pause still grows up to its limit. */
	assert_int_equal(policy_died(p, 1 << 8, 10, 5000, &spent), 4010);
	assert_int_equal(policy_died(p, 1 << 8, 10, 5100, &spent), 5010);
	assert_int_equal(policy_died(p, 1 << 8, 60000, 70000, &spent), 1000);
	/* The window slides: its two are the last two, wherever it began. */
	policy_died(p, 1 << 8, 60000, 80000, &spent);
	policy_died(p, 1 << 8, 10, 80900, &spent);
	assert_false(spent);
	policy_died(p, 1 << 8, 10, 81100, &spent);
	assert_false(spent);
	policy_died(p, 1 << 8, 10, 81800, &spent);
	assert_true(spent);
	p = &graph_find(&g, "b")->policy;
	assert_int_equal(policy_died(p, 0, 10, 0, &spent), SERVICE_REST);
	p = &graph_find(&g, "c")->policy;
	for (int i = 0; i < 100; i++)
		assert_int_equal(policy_died(p, 0, 10, i, &spent), 1000);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(independent_ones_start_together),
		T(stop_is_the_reverse),
		T(bundles_are_all_of_their_members),
		T(a_failure_reaches_all_that_need_it),
		T(what_is_not_wanted_is_not_started),
		T(registrations_stop_first),
		T(stop_only_edges_give_way),
		T(what_is_wrong_is_refused),
		T(an_end_means_what_the_policy_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
