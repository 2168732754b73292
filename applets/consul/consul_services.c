// SPDX-License-Identifier: MIT
/* consul_services - services register and deregister, and maint. Files are read
 * by the registrar's reader, so its findings name file, line and key. */
#include "consul_applet.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../register/register_applet.h"

static void set(struct ask *k, struct val *m, const char *key, const char *v)
{
	if (v && *v)
		val_map_sets(&k->arena, m, str_of(key), val_cstr(v));
}

/* -meta KEY=VALUE. */
static int put_meta(struct ask *k, struct val *body)
{
	const struct strlist *l = &k->o->meta;
	struct val m = val_map(&k->arena, &type_map_str);

	for (size_t i = 0; i < l->n; i++) {
		const char *v = agent_eq("meta", l->items[i]);

		if (!v)
			return 1;
		val_map_sets(&k->arena, &m,
			     str_n(l->items[i], (size_t)(v - l->items[i]) - 1),
			     val_cstr(v));
	}
	if (l->n)
		val_map_sets(&k->arena, body, STR("Meta"), m);
	return 0;
}

/* -tagged-address NAME=IP:PORT. */
static int put_tagged(struct ask *k, struct val *body)
{
	const struct strlist *l = &k->o->tagged;
	struct val m = val_map(&k->arena, &type_map_any);

	for (size_t i = 0; i < l->n; i++) {
		const char *text = l->items[i];
		const char *ip = agent_eq("tagged-address", text);
		const char *colon = ip ? strrchr(ip, ':') : NULL;
		struct val one = val_map(&k->arena, &type_map_any);
		int64_t port;

		if (!ip)
			return 1;
		if (!colon || (*ip != '[' && strchr(ip, ':') != colon))
			return agent_fail(
				"Invalid Tagged Address: address %s: "
				"%s in address",
				ip, colon ? "too many colons" : "missing port");
		if (!num_i64(str_of(colon + 1), INT_MIN, INT_MAX, &port))
			return agent_fail(
				"Invalid Tagged Address: strconv.Atoi: "
				"parsing \"%s\": invalid syntax",
				colon + 1);
		val_map_sets(&k->arena, &one, STR("Address"),
			     val_str(str_trim(str_n(ip, (size_t)(colon - ip)),
					      "[]")));
		val_map_sets(&k->arena, &one, STR("Port"), val_int(port));
		val_map_sets(&k->arena, &m,
			     str_n(text, (size_t)(ip - text) - 1), one);
	}
	if (l->n)
		val_map_sets(&k->arena, body, STR("TaggedAddresses"), m);
	return 0;
}

static int by_flags(struct ask *k, struct val *body)
{
	const struct consul_opts *o = k->o;
	struct val tags = val_list(&k->arena, &type_strings, o->tag.n);

	*body = val_map(&k->arena, &type_map_any);
	set(k, body, "Name", o->name);
	set(k, body, "ID", o->id);
	set(k, body, "Address", o->address);
	set(k, body, "Kind", o->kind);
	for (size_t i = 0; i < o->tag.n; i++)
		(void)!val_push(&k->arena, &tags, val_cstr(o->tag.items[i]));
	if (o->tag.n)
		val_map_sets(&k->arena, body, STR("Tags"), tags);
	if (o->port)
		val_map_sets(&k->arena, body, STR("Port"), val_int(o->port));
	return put_meta(k, body) || put_tagged(k, body);
}

/* A service of a file, with its checks for the agent to run. */
static struct val by_file(struct ask *k, const struct reg_service *s)
{
	struct val m = val_map_dup(&k->arena, &s->body);
	struct val checks = val_list(&k->arena, &type_anys, s->nchecks);

	for (size_t i = 0; i < s->nchecks; i++)
		(void)!val_push(&k->arena, &checks, s->checks[i].agent);
	if (s->nchecks)
		val_map_sets(&k->arena, &m, STR("Checks"), checks);
	return m;
}

static int register_one(struct ask *k, struct val *body, const char *name,
			const char *token)
{
	struct store_wait w = {0};

	if (!val_map_gets(body, STR("ID"))) /* a folder store asks for it */
		set(k, body, "ID", name);
	if (agent_wait(k, &w,
		       store_register(k->store, body, token, store_wait_fn, &w,
				      NULL, &k->c.err)) < 0)
		return agent_fail("Error registering service \"%s\": %s", name,
				  k->c.err.text);
	printf("Registered service: %s\n", name);
	return 0;
}

static int deregister_one(struct ask *k, const char *id, const char *token)
{
	struct store_wait w = {0};

	if (agent_wait(k, &w,
		       store_deregister(k->store, id, token, store_wait_fn, &w,
					NULL, &k->c.err)) < 0 &&
	    w.reply.status != 404)
		return agent_fail("Error deregistering service \"%s\": %s", id,
				  k->c.err.text);
	printf("Deregistered service: %s\n", id);
	return 0;
}

/* All files are read before the first is sent. */
static int files(struct ask *k, int argc, char **argv, bool on)
{
	struct reg_lint l = {0};
	struct reg_conf c;
	int code = 0;

	reg_conf_init(&c, &register_hooks);
	for (int i = 0; i < argc && !code; i++) {
		struct stat st;

		if (stat(argv[i], &st) < 0)
			return agent_fail("Error: config: Open failed on %s. "
					  "open %s: %s",
					  argv[i], argv[i], err_go(errno));
		code = -(S_ISDIR(st.st_mode) ? reg_conf_dir(&c, argv[i], &l)
					     : reg_conf_file(&c, argv[i], &l));
	}
	if (l.text.len)
		fprintf(stderr, "Error: %s", buf_str(&l.text));
	for (size_t i = 0; !code && i < c.n; i++) {
		const struct reg_service *s = &c.services[i];
		struct val body = by_file(k, s);

		code = on ? register_one(k, &body, s->name, s->token)
			  : deregister_one(k, s->id ? s->id : s->name, s->token);
	}
	reg_lint_free(&l);
	reg_conf_free(&c);
	return code;
}

int consul_services_register(struct consul_opts *o, int argc, char **argv)
{
	bool flags = o->name && *o->name;
	struct val body;
	struct ask k;
	int code;

	if (!argc && !flags)
		return agent_fail("Service registration requires at least one "
				  "argument or flags.");
	if (argc && flags)
		return agent_fail("Service registration requires arguments or "
				  "-id, not both.");
	if ((code = agent_open(&k, o, false)))
		return code;
	if (argc)
		code = files(&k, argc, argv, true);
	else if (!(code = by_flags(&k, &body)))
		code = register_one(&k, &body, o->name, NULL);
	return code;
}

int consul_services_deregister(struct consul_opts *o, int argc, char **argv)
{
	struct ask k;
	int code;

	if (o->id && !*o->id)
		o->id = NULL;
	if (!argc && !o->id)
		return agent_fail("Service deregistration requires at least one "
				  "argument or -id.");
	if (argc && o->id)
		return agent_fail("Service deregistration requires arguments or "
				  "-id, not both.");
	if ((code = agent_open(&k, o, false)))
		return code;
	code = argc ? files(&k, argc, argv, false)
		    : deregister_one(&k, o->id, NULL);
	return code;
}

/* --- maint --- */

/* What is under maintenance: the checks that the agent made for it. */
static int list(struct ask *k)
{
	struct val checks, id, v;

	if (agent_json(k, "/v1/agent/checks", "", KIND_MAP, KIND_MAP, &checks) <
	    0)
		return agent_failed(k);
	for (size_t i = 0;
	     val_kind(&checks) == KIND_MAP && i < val_map_len(&checks); i++) {
		struct str name, why;

		val_map_at(&k->arena, &checks, i, &id, &v);
		why = agent_text(&v, "Notes");
		if (str_is(id.s, "_node_maintenance")) {
			name = agent_text(&v, "Node");
			printf("Node:\n  Name:   %.*s\n", (int)name.n, name.p);
		} else if (str_prefix(id.s, STR("_service_maintenance:"))) {
			name = agent_text(&v, "ServiceID");
			printf("Service:\n  ID:     %.*s\n", (int)name.n,
			       name.p);
		} else {
			continue;
		}
		printf("  Reason: %.*s\n\n", (int)why.n, why.p);
	}
	return 0;
}

static int turn(struct ask *k)
{
	const struct consul_opts *o = k->o;
	const char *service = o->service && *o->service ? o->service : NULL;
	struct store_wait w = {0};

	if (agent_wait(k, &w,
		       store_maint(k->store, service, o->enable, o->reason, NULL,
				   store_wait_fn, &w, NULL, &k->c.err)) < 0)
		return agent_fail("Error %s %s maintenance: %s",
				  o->enable ? "enabling" : "disabling",
				  service ? "service" : "node", k->c.err.text);
	printf("%s maintenance is now %s", service ? "Service" : "Node",
	       o->enable ? "enabled" : "disabled");
	if (service)
		printf(" for \"%s\"", service);
	putchar('\n');
	return 0;
}

int consul_maint(struct consul_opts *o, int argc, char **argv)
{
	bool change = o->enable || o->disable;
	struct ask k;
	int code;

	(void)argc;
	(void)argv;
	if (o->enable && o->disable)
		return agent_fail("Only one of -enable or -disable may be "
				  "provided");
	if (!o->enable && o->reason && *o->reason)
		return agent_fail("Reason may only be provided with -enable");
	if (!change && o->service && *o->service)
		return agent_fail("Service requires either -enable or -disable");
	if ((code = agent_open(&k, o, !change)))
		return code;
	code = change ? turn(&k) : agent_alive(&k) || list(&k);
	return code;
}
