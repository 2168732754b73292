// SPDX-License-Identifier: MIT
/* consul - keys, services, locks and watches from the command line
 *
 * usage: consul kv get|put|delete|export|import [options] [KEY [DATA]]
 *        consul services register|deregister [options] [FILE...]
 *        consul maint [options]
 *        consul catalog datacenters|nodes|services [options]
 *        consul lock [options] PREFIX PROG...
 *        consul watch -type=TYPE [options] [PROG...]
 *
 * These commands of Consul's own program, with its flags, outputs and exit
 * codes, for RUN steps and scripts. kv and services also work on a folder
 * store (-http-addr=dir:///PATH, or BASEBOX_STORE). DATA is the text itself, -
 * for standard input or @FILE.
 *
 * Of all:
 *   -http-addr ADDR      else BASEBOX_STORE, else CONSUL_HTTP_ADDR
 *   -token TOKEN, -token-file FILE, -datacenter NAME, -stale
 *   -ca-file FILE, -ca-path DIR, -client-cert FILE, -client-key FILE,
 *   -tls-server-name NAME; else the CONSUL_* variables
 *   -namespace NAME      kv, services and catalog services
 *
 * kv get:
 *   -base64, -detailed, -keys, -recurse, -separator STRING
 * kv put:
 *   -acquire, -release, -session ID, -base64, -cas, -modify-index N, -flags N
 * kv delete:
 *   -cas, -modify-index N, -recurse
 * services register, without files:
 *   -name NAME, -id ID, -address IP, -port N, -tag TAG, -meta KEY=VALUE,
 *   -tagged-address NAME=IP:PORT, -kind KIND
 * services deregister:
 *   -id ID
 * maint:
 *   -enable, -disable, -service ID, -reason TEXT; without: what is in it
 * catalog nodes, services:
 *   -detailed, -filter EXPR, -near NODE, -node-meta KEY=VALUE, -service NAME,
 *   -node NODE, -tags
 * lock, a semaphore with -n above 1:
 *   -n N, -name NAME, -timeout DURATION (also -try), -child-exit-code,
 *   -monitor-retry N, -pass-stdin, -shell, -verbose
 * watch, of type key, keyprefix, services, nodes, service, checks or event:
 *   -type TYPE, -key KEY, -prefix PREFIX, -service NAME, -tag TAG,
 *   -passingonly BOOL, -state STATE, -name EVENT, -shell
 *
 * PROG runs by way of $SHELL or /bin/sh unless -shell=false is given or there
 * is no shell.
 *
 * Exit: 0 done, 1 refused, failed or not there, 2 PROG failed (lock with
 *   -child-exit-code), 127 no such command.
 * See: https://developer.hashicorp.com/consul/commands
 */
#include "consul_applet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applet.h"
#include "applets.h"

#define OFF(field) offsetof(struct consul_opts, field)

/* Which commands know an option; 0 = all. */
enum {
	GET = 1, PUT = 2, DEL = 4, EXPORT = 8, IMPORT = 16, REG = 32, DEREG = 64,
	MAINT = 128, DCS = 256, NODES = 512, SVCS = 1024, LOCK = 2048,
	WATCH = 4096,
	SPACES = GET | PUT | DEL | EXPORT | IMPORT | REG | DEREG | SVCS,
};

const struct opt consul_opts[] = {
	{0, "ca-file", OPT_STR, OFF(ca_file), 0, NULL},
	{0, "ca-path", OPT_STR, OFF(ca_path), 0, NULL},
	{0, "client-cert", OPT_STR, OFF(cert), 0, NULL},
	{0, "client-key", OPT_STR, OFF(key_file), 0, NULL},
	{0, "datacenter", OPT_STR, OFF(dc), 0, NULL},
	{0, "http-addr", OPT_STR, OFF(addr), 0, NULL},
	{0, "stale", OPT_FLAG, OFF(stale), 0, NULL},
	{0, "tls-server-name", OPT_STR, OFF(server_name), 0, NULL},
	{0, "token", OPT_STR, OFF(token), 0, NULL},
	{0, "token-file", OPT_STR, OFF(token_file), 0, NULL},
	{0, "namespace", OPT_STR, OFF(ns), SPACES, NULL},
	{0, "base64", OPT_FLAG, OFF(base64), GET | PUT, NULL},
	{0, "detailed", OPT_FLAG, OFF(detailed), GET | NODES, NULL},
	{0, "keys", OPT_FLAG, OFF(keys), GET, NULL},
	{0, "recurse", OPT_FLAG, OFF(recurse), GET | DEL, NULL},
	{0, "separator", OPT_STR, OFF(separator), GET, NULL},
	{0, "acquire", OPT_FLAG, OFF(acquire), PUT, NULL},
	{0, "release", OPT_FLAG, OFF(release), PUT, NULL},
	{0, "session", OPT_STR, OFF(session), PUT, NULL},
	{0, "cas", OPT_FLAG, OFF(cas), PUT | DEL, NULL},
	{0, "flags", OPT_U64, OFF(flags), PUT, NULL},
	{0, "modify-index", OPT_U64, OFF(modify_index), PUT | DEL, NULL},
	{0, "address", OPT_STR, OFF(address), REG, NULL},
	{0, "id", OPT_STR, OFF(id), REG | DEREG, NULL},
	{0, "kind", OPT_STR, OFF(kind), REG, NULL},
	{0, "meta", OPT_LIST, OFF(meta), REG, NULL},
	{0, "name", OPT_STR, OFF(name), REG | LOCK | WATCH, NULL},
	{0, "port", OPT_INT, OFF(port), REG, NULL},
	{0, "tag", OPT_LIST, OFF(tag), REG | WATCH, NULL},
	{0, "tagged-address", OPT_LIST, OFF(tagged), REG, NULL},
	{0, "enable", OPT_FLAG, OFF(enable), MAINT, NULL},
	{0, "disable", OPT_FLAG, OFF(disable), MAINT, NULL},
	{0, "reason", OPT_STR, OFF(reason), MAINT, NULL},
	{0, "service", OPT_STR, OFF(service), MAINT | NODES | WATCH, NULL},
	{0, "filter", OPT_STR, OFF(filter), NODES, NULL},
	{0, "near", OPT_STR, OFF(near), NODES, NULL},
	{0, "node-meta", OPT_LIST, OFF(node_meta), NODES | SVCS, NULL},
	{0, "node", OPT_STR, OFF(node), SVCS, NULL},
	{0, "tags", OPT_FLAG, OFF(tags), SVCS, NULL},
	{0, "child-exit-code", OPT_FLAG, OFF(child_exit_code), LOCK, NULL},
	{0, "monitor-retry", OPT_INT, OFF(monitor_retry), LOCK, NULL},
	{0, "n", OPT_INT, OFF(n), LOCK, NULL},
	{0, "pass-stdin", OPT_FLAG, OFF(pass_stdin), LOCK, NULL},
	{0, "shell", OPT_FLAG, OFF(shell), LOCK | WATCH, NULL},
	{0, "timeout", OPT_DUR, OFF(timeout), LOCK, NULL},
	{0, "try", OPT_DUR, OFF(try), LOCK, NULL},
	{0, "verbose", OPT_FLAG, OFF(verbose), LOCK, NULL},
	{0, "key", OPT_STR, OFF(key), WATCH, NULL},
	{0, "passingonly", OPT_STR, OFF(passing_only), WATCH, NULL},
	{0, "prefix", OPT_STR, OFF(prefix), WATCH, NULL},
	{0, "state", OPT_STR, OFF(state), WATCH, NULL},
	{0, "type", OPT_STR, OFF(type), WATCH, NULL},
	{0},
};

static const struct command {
	const char *group, *name; /* name "" = the group is the command */
	int bit;
	consul_command *run;
} commands[] = {
	{"kv", "get", GET, consul_kv_get},
	{"kv", "put", PUT, consul_kv_put},
	{"kv", "delete", DEL, consul_kv_delete},
	{"kv", "export", EXPORT, consul_kv_export},
	{"kv", "import", IMPORT, consul_kv_import},
	{"services", "register", REG, consul_services_register},
	{"services", "deregister", DEREG, consul_services_deregister},
	{"maint", "", MAINT, consul_maint},
	{"catalog", "datacenters", DCS, consul_datacenters},
	{"catalog", "nodes", NODES, consul_nodes},
	{"catalog", "services", SVCS, consul_services},
	{"lock", "", LOCK, consul_lock},
	{"watch", "", WATCH, consul_watch},
};

static int run(const struct command *c, int argc, char **argv)
{
	struct consul_opts o = {.shell = true, .n = 1, .monitor_retry = 3};
	struct opt table[COUNT(consul_opts)] = {{0}};
	size_t n = 0;
	struct err e;
	int next;

	for (size_t i = 0; consul_opts[i].name; i++)
		if (!consul_opts[i].val || consul_opts[i].val & c->bit)
			table[n++] = consul_opts[i];
	for (int i = 1; i < argc && argv[i][0] == '-'; i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "-help") ||
		    !strcmp(argv[i], "--help"))
			return applet_help("consul");
	if (opt_goflags(table, &o, argc, argv, &next, &e) < 0)
		return agent_fail("%s\nSee: consul --help", e.text);
	return c->run(&o, argc - next, argv + next);
}

/* What there is, of one group or of all. */
static void list(const char *group)
{
	fprintf(stderr, "Available commands are:\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!group || !strcmp(commands[i].group, group))
			fprintf(stderr, "    %s %s\n", commands[i].group,
				commands[i].name);
}

int consul_main(int argc, char **argv)
{
	bool known = false;

	say_prog("consul");
	for (size_t i = 0; argc > 1 && i < COUNT(commands); i++) {
		const struct command *c = &commands[i];
		int skip = *c->name ? 2 : 1;

		if (strcmp(argv[1], c->group) != 0)
			continue;
		known = true;
		if (skip == 1 || (argc > 2 && !strcmp(argv[2], c->name)))
			return run(c, argc - skip, argv + skip);
	}
	if (known && argc > 2)
		fprintf(stderr, "consul %s: no such command: %s\n", argv[1],
			argv[2]);
	else if (argc > 1 && !known)
		fprintf(stderr, "consul: no such command here: %s\n", argv[1]);
	list(known ? argv[1] : NULL);
	return known ? 1 : 127;
}
