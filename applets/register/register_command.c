// SPDX-License-Identifier: MIT
/* register_command - the sub-commands for RUN steps and scripts: one question
 * to the store (or none), one answer, an exit code. */
#include <stdio.h>
#include <string.h>

#include "register_applet.h"

struct store *register_store(const struct register_opts *o, struct loop *l)
{
	struct consul_conf conf = {.address = store_address(o->store),
				   .token_file = o->token_file};
	struct store_node node = {.catalog = o->catalog};
	struct store *s;
	struct err e;

	signal_no_pipe();
	if (loop_init(l, &e) < 0 || store_open(&s, l, NULL, &conf, &e) < 0 ||
	    store_set_node(s, &node, &e) < 0)
		die(111, "%s", e.text);
	return s;
}

/* After store_xxx(..., store_wait_fn, &w, ...): 0, or the exit code. */
static int finish(struct store *s, struct store_wait *w, int started,
		  struct err *e)
{
	if (started == 0 && store_wait(s, w, e) == 0)
		return 0;
	say_fatal("%s", e->text);
	return w->reply.status ? 1 : 111;
}

int register_check(struct register_opts *o, int argc, char **argv)
{
	struct reg_conf c;

	if (register_load(o, &register_hooks, argc ? argv : NULL, &c) < 0)
		return 100;
	printf("%zu service%s: fine\n", c.n, c.n == 1 ? "" : "s");
	reg_conf_free(&c);
	return 0;
}

int register_once(struct register_opts *o, int argc, char **argv)
{
	struct reg_conf c;
	struct loop l;
	struct store *s;
	struct err e;
	int code = 0;

	if (!argc)
		die(100, "once: no definition file");
	if (register_load(o, &register_hooks, argv, &c) < 0)
		return 100;
	s = register_store(o, &l);
	for (size_t i = 0; i < c.n && !code; i++) {
		struct store_wait w = {0};

		code = finish(s, &w,
			      store_register(s, &c.services[i].body,
					     c.services[i].token, store_wait_fn,
					     &w, NULL, &e),
			      &e);
		store_wait_free(&w);
	}
	store_close(s);
	reg_conf_free(&c);
	return code;
}

int register_deregister(struct register_opts *o, int argc, char **argv)
{
	struct loop l;
	struct store *s;
	struct err e;
	int code = 0;

	if (!argc)
		die(100, "deregister: no service id");
	s = register_store(o, &l);
	for (int i = 0; i < argc && !code; i++) {
		struct store_wait w = {0};

		code = finish(s, &w,
			      store_deregister(s, argv[i], NULL, store_wait_fn,
					       &w, NULL, &e),
			      &e);
		store_wait_free(&w);
	}
	store_close(s);
	return code;
}

int register_maint(struct register_opts *o, int argc, char **argv)
{
	struct store_wait w = {0};
	struct loop l;
	struct store *s;
	struct err e;
	bool on;
	int code;

	if (argc != 1 || (strcmp(argv[0], "on") != 0 &&
			  strcmp(argv[0], "off") != 0))
		die(100, "maint: expected on or off");
	on = !strcmp(argv[0], "on");
	s = register_store(o, &l);
	code = finish(s, &w,
		      store_maint(s, o->service, on, o->reason, NULL,
				  store_wait_fn, &w, NULL, &e),
		      &e);
	store_wait_free(&w);
	store_close(s);
	return code;
}

static struct str text(const struct val *m, const char *key)
{
	const struct val *v = val_map_gets(m, str_of(key));

	return v && val_kind(v) == KIND_STRING ? v->s : STR("");
}

static const char *worst(const struct val *service)
{
	const struct val *checks = val_map_gets(service, STR("Checks"));
	const char *state = "passing";

	if (!checks || val_kind(checks) != KIND_SLICE || !checks->list)
		return state;
	for (size_t i = 0; i < checks->list->n; i++) {
		struct str s = text(&checks->list->items[i], "Status");

		if (str_is(s, "critical"))
			return "critical";
		if (str_is(s, "warning"))
			state = "warning";
	}
	return state;
}

static void print_service(const struct val *s)
{
	const struct val *port = val_map_gets(s, STR("Port"));
	struct str id = text(s, "ID"), name = text(s, "Service");
	struct str address = text(s, "Address");
	long long n = !port			   ? 0
		      : val_kind(port) == KIND_FLOAT ? (long long)port->f
						   : (long long)port->i;

	printf("%-32.*s %-20.*s %.*s:%lld %s\n", (int)id.n, id.p, (int)name.n,
	       name.p, (int)address.n, address.p, n, worst(s));
}

int register_list(struct register_opts *o, int argc, char **argv)
{
	struct store_wait w = {0};
	const struct val *v = &w.reply.value;
	struct loop l;
	struct store *s;
	struct err e;
	int code;

	(void)argv;
	if (argc)
		die(100, "list: takes no operand");
	s = register_store(o, &l);
	code = finish(s, &w, store_services(s, store_wait_fn, &w, NULL, &e), &e);
	for (size_t i = 0; !code && val_kind(v) == KIND_SLICE && v->list &&
			   i < v->list->n; i++)
		print_service(&v->list->items[i]);
	store_wait_free(&w);
	store_close(s);
	return code;
}

int register_addr(struct register_opts *o, int argc, char **argv)
{
	static struct reg_addr all[REG_ADDRS];
	static const char *const usual[] = {"default-route", "inet", "inet6",
					    NULL};
	const char *const *specs = argc		    ? (const char *const *)argv
				   : o->addresses.n ? (const char *const *)
							      o->addresses.items
						    : usual;
	BUF_AUTO struct buf why = {0};
	char chosen[REG_ADDR_TEXT];
	struct err e;
	int n = reg_addr_list(all, COUNT(all), &e), r;

	if (n < 0)
		die(111, "%s", e.text);
	for (size_t i = 0; specs[i]; i++)
		if (reg_addr_valid(specs[i], &e) < 0)
			die(100, "%s", e.text);
	r = reg_addr_choose(specs, all, (size_t)n, chosen, &why, &e);
	if (o->explain)
		fputs(buf_str(&why), stdout);
	if (r < 0)
		die(1, "%s", e.text);
	if (!o->explain)
		puts(chosen);
	return 0;
}
