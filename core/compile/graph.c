// SPDX-License-Identifier: MIT
/* graph.c - what joins the sources: defaults that give way, pipelines, edges
 * that follow from others; then unknown names and cycles. */
#include <stdlib.h>
#include <unistd.h>

#include "compile/inner.h"

enum { WHITE, GREY, BLACK };

/* --- what gives way --- */

static bool files_besides(struct cp *c, const char *dir, const char *own)
{
	for (const char **p = cp_list(c, cp_path(c, "%s", dir)); *p; p++)
		if (strcmp(*p, own))
			return true;
	return false;
}

/* The image's run of app waits for the renderer, and so may one in its place. */
static bool app_waits(struct cp *c)
{
	const struct cp_node *n = cp_get(c, "app");
	const char *run =
		n && n->dir ? cp_read(c, arena_printf(&c->a, "%s/run", n->dir))
			    : NULL;

	return run && strstr(run, "consul-template");
}

/* Is a service of the base image of use in this one? */
static bool needed(struct cp *c, const struct cp_node *n)
{
	if (!strcmp(n->name, "app")) {
		if (c->o->cmd || c->overlay || !cp_exists(cp_path(c, "/app")))
			return false;
		for (struct cp_node *x = c->nodes; x; x = x->next)
			if (x->type == CP_LONGRUN && !x->is_default)
				return false;
		return true;
	}
	if (!strcmp(n->name, "consul-template"))
		return c->templates.files || app_waits(c) ||
		       files_besides(c, "/etc/consul-template.d", "basebox.hcl");
	if (!strcmp(n->name, "register")) {
		for (char **v = environ; *v; v++)
			if (!strncmp(*v, "SERVICE_", 8))
				return true;
		return c->registers.files ||
		       files_besides(c, "/etc/consul.d", "");
	}
	return true;
}

static void drop_defaults(struct cp *c)
{
	struct cp_node *next, *app = cp_get(c, "app");

	/* its run waits for the renderer, so that goes only after it */
	if (app && app->is_default && !needed(c, app))
		cp_drop(c, app);
	for (struct cp_node *n = c->nodes; n; n = next) {
		next = n->next;
		if (n->is_default && !needed(c, n))
			cp_drop(c, n);
	}
}

/* --- what is put before a run --- */

void cp_before(struct cp *c, struct cp_node *n, const char *words)
{
	struct cp_file *run = cp_file(n, "run"), *ex = cp_file(n, "run.ex");
	const char *rest = ex ? ex->text : NULL;

	if (!run)
		return;
	if (!rest) {
		cp_link(c, n, "run.image", run->link);
		rest = "./run.image";
	}
	cp_script(c, n, "run", arena_printf(&c->a, "%s %s", words, rest));
}

/* --- s6-rc's pipelines --- */

/* The data goes through a FIFO that both ends open for reading and writing:
 * neither waits for the other, and what is in it survives a restart of one. */
static void through(struct cp *c, struct cp_node *n, const char *name, int fd)
{
	cp_before(c, n,
		  arena_printf(&c->a, "redirfd -u %d ../.init/pipes/%s", fd,
			       name));
}

/* Adds the consumer's whole pipeline to its bundle. */
static void bundle_of(struct cp *c, struct cp_node *bundle,
		      struct cp_node *last, unsigned depth)
{
	cp_add(c, &bundle->contents, last->name, last->at);
	for (struct cp_node *n = c->nodes; n && depth; n = n->next)
		if (cp_has(n->producer_for, last->name))
			bundle_of(c, bundle, n, depth - 1);
}

static void pipelines(struct cp *c)
{
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		struct cp_name *to = n->producer_for;
		struct cp_node *consumer = to ? cp_get(c, to->name) : NULL;

		if (!to)
			continue;
		if (!consumer || consumer->type != CP_LONGRUN) {
			cp_find(c, to->at, "no service %s to produce for",
				to->name);
			continue;
		}
		cp_add(c, &n->deps, to->name, to->at);
		through(c, n, to->name, 1);
		if (!consumer->consumer)
			through(c, consumer, to->name, 0);
		consumer->consumer = true;
	}
	for (struct cp_node *n = c->nodes; n; n = n->next)
		if (n->pipeline && n->consumer)
			bundle_of(c,
				  cp_node(c, n->pipeline, CP_BUNDLE, n->source,
					  n->at),
				  n, 64);
}

/* --- edges --- */

static void resolve(struct cp *c, struct cp_node *n, struct cp_name *list,
		    const char *what)
{
	for (; list; list = list->next) {
		list->node = cp_get(c, list->name);
		if (!list->node)
			cp_find(c, list->at, "%s %s an unknown service %s",
				n->name, what, list->name);
	}
}

/* Every node that can be reached from n gets the mark. */
static void reach(struct cp_node *n, unsigned mark, unsigned depth)
{
	if (n->mark == mark || depth > CP_NODES)
		return;
	n->mark = mark;
	for (struct cp_name *x = n->deps; x; x = x->next)
		if (x->node)
			reach(x->node, mark, depth + 1);
	for (struct cp_name *x = n->contents; x; x = x->next)
		if (x->node)
			reach(x->node, mark, depth + 1);
}

static void clear_marks(struct cp *c)
{
	for (struct cp_node *n = c->nodes; n; n = n->next)
		n->mark = 0;
}

/* The registrar leaves the catalogue before anything else stops. */
static void register_first(struct cp *c)
{
	struct cp_node *r = cp_get(c, "register");

	if (!r || r->type != CP_LONGRUN || cp_file(r, "policy/stop-after"))
		return;
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		clear_marks(c);
		reach(n, 1, 0);
		if (!r->mark && n->type == CP_LONGRUN)
			cp_add(c, &r->stop_after, n->name, r->at);
	}
}

/* Of s6-overlay's tree only what the bundle `top` leads to is started. */
static void unreached(struct cp *c)
{
	struct cp_node *top = cp_get(c, "top");

	if (!c->overlay || !top)
		return;
	clear_marks(c);
	reach(top, 1, 0);
	for (struct cp_node *n = c->nodes; n; n = n->next)
		if (!n->mark && n->source == CP_OVERLAY)
			cp_text(c, n, "policy/on-start", "0\n");
}

/* --- cycles --- */

struct path {
	const struct path *up;
	struct cp_node *n;
};

static void tell_cycle(struct cp *c, struct cp_at at, const struct path *p,
		       const struct cp_node *again)
{
	BUF_AUTO struct buf b = {0};
	char *text;

	buf_adds(&b, again->name);
	for (; p; p = p->up) {
		text = arena_strdup(&c->a, buf_str(&b));
		buf_reset(&b);
		buf_addf(&b, "%s -> %s", p->n->name, text);
		if (p->n == again)
			break;
	}
	cp_find(c, at, "a cycle: %s", buf_str(&b));
}

static void visit(struct cp *c, struct cp_node *n, const struct path *up,
		  struct buf *out)
{
	struct path p = {up, n};
	struct cp_name *const lists[] = {n->deps, n->contents};

	n->mark = GREY;
	for (size_t i = 0; i < COUNT(lists); i++) {
		for (struct cp_name *x = lists[i]; x; x = x->next) {
			if (!x->node || x->node->mark == BLACK)
				continue;
			if (x->node->mark == GREY)
				tell_cycle(c, x->at, &p, x->node);
			else
				visit(c, x->node, &p, out);
		}
	}
	n->mark = BLACK;
	if (!out)
		return;
	static const char *const types[] = {"longrun", "oneshot", "bundle"};
	buf_addf(out, "%s %s", n->name, types[n->type]);
	for (size_t i = 0; i < COUNT(lists); i++)
		for (struct cp_name *x = lists[i]; x; x = x->next)
			buf_addf(out, " %s", x->name);
	buf_addc(out, '\n');
}

void cp_order(struct cp *c, struct buf *out)
{
	clear_marks(c);
	for (struct cp_node *n = c->nodes; n; n = n->next)
		if (n->mark == WHITE)
			visit(c, n, NULL, out);
}

/* --- services that others make necessary --- */

static struct cp_node *helper(struct cp *c, const char *name, const char *run)
{
	struct cp_node *n = cp_get(c, name);

	if (n && !n->is_default)
		return n;
	n = cp_node(c, name, CP_LONGRUN, CP_MANIFEST,
		    (struct cp_at){.file = name});
	cp_script(c, n, "run", run);
	return n;
}

/* What the manifest has for the renderer and the registrar. Their working
 * directory is their service directory. */
static void fed(struct cp *c, const char *name, struct cp_node *blocks,
		const char *dir, const char *option)
{
	const char *there = cp_path(c, "%s", dir);
	const char *first =
		cp_exists(there) ? arena_printf(&c->a, "%s %s ", option, there)
				 : "";
	struct cp_node *n = cp_get(c, name);

	if (!blocks->files)
		return;
	if (n && !n->is_default) {
		cp_find(c, n->at,
			"the manifest has blocks for %s, but this is "
			"no service of the base image",
			name);
		return;
	}
	n = helper(c, name,
		   arena_printf(&c->a, "%s %s%s ./manifest.d\n", name, first,
				option));
	cp_text(c, n, "notification-fd", "3\n");
	cp_text(c, n, "timeout-kill", "8000\n");
	if (*name == 'c')
		cp_text(c, n, "down-signal", "INT\n");
	for (struct cp_file *f = blocks->files; f; f = f->next)
		cp_text(c, n, arena_printf(&c->a, "manifest.d/%s", f->path),
			"%s", f->text);
}

static void helpers(struct cp *c)
{
	const char *how = getenv("INIT_LOG");
	bool all = c->logging ||
		   (how && (!strcmp(how, "prefix") || !strcmp(how, "json")));
	bool any = all;
	struct cp_node *mux;

	fed(c, "consul-template", &c->templates, "/etc/consul-template.d",
	    "-config");
	fed(c, "register", &c->registers, "/etc/consul.d", "-config-dir");
	cp_registrar(c);
	if (c->cron)
		helper(c, "cron", "cron\n");
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		if (n->type != CP_LONGRUN || !strcmp(n->name, "logmux") ||
		    n->producer_for || cp_file(n, "log/run"))
			n->logged = false;
		else if (all)
			n->logged = true;
		any = any || n->logged;
	}
	if (!any || !c->nodes)
		return;
	mux = helper(c, "logmux", "logmux\n");
	cp_text(c, mux, "notification-fd", "3\n");
	if (c->logging)
		cp_script(c, mux, "log/run",
			  arena_printf(&c->a,
				       "%s%s s6-log -bp -- %st %s\n",
				       c->catchall ? "s6-setuidgid " : "",
				       c->catchall ? c->catchall : "",
				       c->logging > 1 ? "" : "1 ", CP_UNCAUGHT));
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		if (!n->logged)
			continue;
		cp_before(c, n,
			  arena_printf(&c->a,
				       "redirfd -u 1 ../.init/log/%s "
				       "fdmove -c 2 1",
				       n->name));
		cp_add(c, &n->deps, "logmux", n->at);
	}
}

/* The edges of `before` and the like, now that all nodes are known. */
static void late_edges(struct cp *c)
{
	for (struct cp_edge *x = c->edges; x; x = x->next) {
		struct cp_node *n = cp_get(c, x->name);

		if (!n) {
			cp_find(c, x->at,
				"%s is to start before an unknown "
				"service %s",
				x->first, x->name);
		} else if (n->type != CP_BUNDLE) {
			cp_add(c, &n->deps, x->first, x->at);
		} else {
			for (struct cp_name *y = n->contents; y; y = y->next) {
				struct cp_node *one = cp_get(c, y->name);

				if (one)
					cp_add(c, &one->deps, x->first, x->at);
			}
		}
	}
}

void cp_graph(struct cp *c)
{
	drop_defaults(c);
	if (c->o->cmd && cp_get(c, "cmd"))
		cp_find(c, cp_get(c, "cmd")->at,
			"there is a command, which "
			"is the service cmd");
	helpers(c);
	pipelines(c);
	late_edges(c);
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		resolve(c, n, n->deps, "depends on");
		resolve(c, n, n->contents, "holds");
	}
	cp_order(c, NULL);
	if (c->nfindings)
		return;
	unreached(c);
	register_first(c);
	cp_rights(c);
}
