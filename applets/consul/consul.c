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
 *   -token TOKEN, -token-file FILE; but for maint -datacenter NAME, -stale
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
 * Exit: 0 done, 1 refused, failed or not there, or PROG of watch failed, 2 that
 *   of lock did, with -child-exit-code, 127 no such command.
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
	GET = 1,
	PUT = 2,
	DEL = 4,
	EXPORT = 8,
	IMPORT = 16,
	REG = 32,
	DEREG = 64,
	MAINT = 128,
	DCS = 256,
	NODES = 512,
	SVCS = 1024,
	LOCK = 2048,
	WATCH = 4096,
	NOT_MAINT = 8191 & ~MAINT,
	SPACES = GET | PUT | DEL | EXPORT | IMPORT | REG | DEREG | SVCS,
};

const struct opt consul_opts[] = {
	{"ca-file", NULL, 0, OPT_STR, OFF(ca_file), 0},
	{"ca-path", NULL, 0, OPT_STR, OFF(ca_path), 0},
	{"client-cert", NULL, 0, OPT_STR, OFF(cert), 0},
	{"client-key", NULL, 0, OPT_STR, OFF(key_file), 0},
	{"datacenter", NULL, 0, OPT_STR, OFF(dc), NOT_MAINT},
	{"http-addr", NULL, 0, OPT_STR, OFF(addr), 0},
	{"stale", NULL, 0, OPT_FLAG, OFF(stale), NOT_MAINT},
	{"tls-server-name", NULL, 0, OPT_STR, OFF(server_name), 0},
	{"token", NULL, 0, OPT_STR, OFF(token), 0},
	{"token-file", NULL, 0, OPT_STR, OFF(token_file), 0},
	{"namespace", NULL, 0, OPT_STR, OFF(ns), SPACES},
	{"base64", NULL, 0, OPT_FLAG, OFF(base64), GET | PUT},
	{"detailed", NULL, 0, OPT_FLAG, OFF(detailed), GET | NODES},
	{"keys", NULL, 0, OPT_FLAG, OFF(keys), GET},
	{"recurse", NULL, 0, OPT_FLAG, OFF(recurse), GET | DEL},
	{"separator", NULL, 0, OPT_STR, OFF(separator), GET},
	{"acquire", NULL, 0, OPT_FLAG, OFF(acquire), PUT},
	{"release", NULL, 0, OPT_FLAG, OFF(release), PUT},
	{"session", NULL, 0, OPT_STR, OFF(session), PUT},
	{"cas", NULL, 0, OPT_FLAG, OFF(cas), PUT | DEL},
	{"flags", NULL, 0, OPT_U64, OFF(flags), PUT},
	{"modify-index", NULL, 0, OPT_U64, OFF(modify_index), PUT | DEL},
	{"address", NULL, 0, OPT_STR, OFF(address), REG},
	{"id", NULL, 0, OPT_STR, OFF(id), REG | DEREG},
	{"kind", NULL, 0, OPT_STR, OFF(kind), REG},
	{"meta", NULL, 0, OPT_LIST, OFF(meta), REG},
	{"name", NULL, 0, OPT_STR, OFF(name), REG | LOCK | WATCH},
	{"port", NULL, 0, OPT_INT, OFF(port), REG},
	{"tag", NULL, 0, OPT_LIST, OFF(tag), REG | WATCH},
	{"tagged-address", NULL, 0, OPT_LIST, OFF(tagged), REG},
	{"enable", NULL, 0, OPT_FLAG, OFF(enable), MAINT},
	{"disable", NULL, 0, OPT_FLAG, OFF(disable), MAINT},
	{"reason", NULL, 0, OPT_STR, OFF(reason), MAINT},
	{"service", NULL, 0, OPT_STR, OFF(service), MAINT | NODES | WATCH},
	{"filter", NULL, 0, OPT_STR, OFF(filter), NODES},
	{"near", NULL, 0, OPT_STR, OFF(near), NODES},
	{"node-meta", NULL, 0, OPT_LIST, OFF(node_meta), NODES | SVCS},
	{"node", NULL, 0, OPT_STR, OFF(node), SVCS},
	{"tags", NULL, 0, OPT_FLAG, OFF(tags), SVCS},
	{"child-exit-code", NULL, 0, OPT_FLAG, OFF(child_exit_code), LOCK},
	{"monitor-retry", NULL, 0, OPT_INT, OFF(monitor_retry), LOCK},
	{"n", NULL, 0, OPT_INT, OFF(n), LOCK},
	{"pass-stdin", NULL, 0, OPT_FLAG, OFF(pass_stdin), LOCK},
	{"shell", NULL, 0, OPT_FLAG, OFF(shell), LOCK | WATCH},
	{"timeout", NULL, 0, OPT_DUR, OFF(timeout), LOCK},
	{"try", NULL, 0, OPT_DUR, OFF(try), LOCK},
	{"verbose", NULL, 0, OPT_FLAG, OFF(verbose), LOCK},
	{"key", NULL, 0, OPT_STR, OFF(key), WATCH},
	{"passingonly", NULL, 0, OPT_STR, OFF(passing_only), WATCH},
	{"prefix", NULL, 0, OPT_STR, OFF(prefix), WATCH},
	{"state", NULL, 0, OPT_STR, OFF(state), WATCH},
	{"type", NULL, 0, OPT_STR, OFF(type), WATCH},
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

static bool is_help(const char *arg)
{
	return !strcmp(arg, "-h") || !strcmp(arg, "-help") ||
	       !strcmp(arg, "--help");
}

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
		if (is_help(argv[i]))
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
	if (argc > 1 && is_help(argv[known && argc > 2 ? 2 : 1]))
		return applet_help("consul");
	if (known && argc > 2)
		fprintf(stderr, "consul %s: no such command: %s\n", argv[1],
			argv[2]);
	else if (argc > 1 && !known)
		fprintf(stderr, "consul: no such command here: %s\n", argv[1]);
	list(known ? argv[1] : NULL);
	return known ? 1 : 127;
}
