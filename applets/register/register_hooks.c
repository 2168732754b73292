// SPDX-License-Identifier: MIT
/* register_hooks - joins the checks of core/health to the registrar: reading a
 * check block, probing it, and reading all definitions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "register_applet.h"

#include "funcs.h"
#include "render.h"
#include "tmpl.h"

/* Consul's own fields for an agent that runs the check itself, and what only we
 * know. Its API reads names without regard to case, so taking out the
 * underscores is enough (tls_skip_verify is TLSSkipVerify). */
static void split(struct arena *a, const struct hcl_node *block,
		  struct reg_check *out)
{
	static const char *const ours[] = {"expect_body",
					   "expect_header",
					   "expect_json",
					   "ca_file",
					   "cert_file",
					   "key_file",
					   "initial_delay",
					   "disable_redirects",
					   "failures_before_warning",
					   "unix",
					   "url",
					   "service",
					   "file"};
	struct val v;
	struct err e;

	out->agent = val_map(a, &type_map_any);
	out->ours = val_map(a, &type_map_any);
	for (size_t i = 0; i < block->n; i++) {
		struct str name = block->items[i].keys[0].name;
		char *key = arena_dup(a, name.p, name.n), *to = key;
		bool known = true;

		for (size_t k = 0; k < COUNT(ours); k++)
			known &= !hcl_key_is(name, ours[k]);
		if (hcl_val(a, block->items[i].val, &v, &e) < 0)
			continue;
		for (size_t k = 0; k < name.n; k++)
			if (name.p[k] != '_')
				*to++ = name.p[k];
		*to = '\0';
		val_map_sets(a, known ? &out->agent : &out->ours,
			     hcl_key_is(name, "args") ? STR("ScriptArgs")
			     : hcl_key_is(name, "alias_service")
				     ? STR("AliasService")
			     : hcl_key_is(name, "id") ? STR("CheckID")
						      : str_of(key),
			     v);
	}
}

static size_t read_check(void *ctx, struct arena *a,
			 const struct hcl_node *block, struct reg_check *out,
			 reg_lint_fn *lint, void *lctx)
{
	struct health_def *d = arena_alloc(a, sizeof(*d));
	size_t findings;

	(void)ctx;
	if (!d)
		return 1;
	health_def_init(d);
	findings = health_def_hcl(a, block, d, lint, lctx);
	out->id = d->id;
	out->name = d->name;
	out->notes = d->notes;
	out->service_id = d->service_id;
	out->alias = d->kind == HEALTH_ALIAS ? d->target : NULL;
	out->foreign = d->kind == HEALTH_TTL;
	out->ttl = d->ttl;
	out->deregister_after = d->deregister_after;
	out->initial = (enum reg_state)d->initial;
	out->def = d;
	split(a, block, out);
	return findings;
}

/* A probe and where its verdicts go. */
struct reg_probe {
	struct health_probe *probe;
	reg_verdict_fn *fn;
	void *ctx;
};

static void verdict(void *ctx, const struct health_result *r)
{
	struct reg_probe *p = ctx;

	p->fn(p->ctx, (enum reg_state)r->state, r->output);
}

static int start(void *ctx, const struct reg_check *c, reg_verdict_fn *fn,
		 void *fctx, struct reg_probe **out, struct err *e)
{
	struct reg_probe *p = calloc(1, sizeof(*p));

	if (!p)
		return err_nomem(e);
	p->fn = fn;
	p->ctx = fctx;
	if (health_start(&p->probe, ctx, c->def, false, verdict, p, e) < 0) {
		free(p);
		return -1;
	}
	*out = p;
	return 0;
}

static void stop(void *ctx, struct reg_probe *p)
{
	(void)ctx;
	health_stop(p->probe);
	free(p);
}

/* go-sockaddr's templates: {{ GetPrivateIP }}, {{ GetInterfaceIP "eth0" }}. */
static int address(void *ctx, struct arena *a, const char *text,
		   const char **out, struct err *e)
{
	static const struct tmpl_host host = {.interfaces = host_interfaces};
	static const struct tmpl_opts opts = {.funcs = &funcs_sockaddr,
					      .name = "address"};
	BUF_AUTO struct buf b = {.max = REG_ADDR_TEXT};
	struct tmpl *t;
	struct str s;
	int ret;

	(void)ctx;
	if (tmpl_parse(&t, str_of(text), &opts, e) < 0)
		return -1;
	ret = tmpl_exec(t, &host, TMPL_MISSING_ERROR, val_none(), &b, a, e);
	tmpl_free(t);
	if (ret < 0)
		return -1;
	s = str_trim(str_n(buf_str(&b), b.len), " \t\r\n");
	if (!s.n)
		return err_set(e, 0, "%s gives no address", text);
	*out = arena_dup(a, s.p, s.n);
	return *out ? 0 : err_nomem(e);
}

const struct reg_hooks register_hooks = {
	.read = read_check, .start = start, .stop = stop, .address = address};

int register_load(const struct register_opts *o, const struct reg_hooks *hooks,
		  char *const *files, struct reg_conf *c)
{
	struct reg_lint l = {0};
	int r = 0;

	reg_conf_init(c, hooks);
	if (o->addresses.n)
		c->addresses = (const char *const *)o->addresses.items;
	if (files) {
		for (; *files; files++)
			r |= reg_conf_file(c, *files, &l);
	} else {
		for (size_t i = 0; i < o->files.n; i++)
			r |= reg_conf_file(c, o->files.items[i], &l);
		for (size_t i = 0; i < o->dirs.n; i++)
			r |= reg_conf_dir(c, o->dirs.items[i], &l);
		if (!o->dirs.n && !o->files.n)
			r |= reg_conf_dir(c, "/etc/consul.d", &l);
		if (!o->no_env)
			r |= reg_conf_env(c, environ, &l);
	}
	r |= reg_conf_finish(c, getenv("BASEBOX_INSTANCE"), &l);
	if (l.text.len && fd_write(2, l.text.p, l.text.len, NULL) < 0)
		r = -1;
	reg_lint_free(&l);
	if (r < 0)
		reg_conf_free(c);
	return r;
}
