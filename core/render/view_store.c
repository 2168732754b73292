// SPDX-License-Identifier: MIT
/* view_store - dependencies that live in the store, and which source serves
 * which kind of dependency. */
#include "render/clients.h"
#include "render/runner.h"

static bool polled(enum tmpl_dep kind)
{
	return kind == DEP_DATACENTERS || kind == DEP_PARTITIONS;
}

static void on_reply(void *ctx, struct store_reply *r)
{
	struct view *v = ctx;
	struct view_news n = {
		.data = r->value,
		.absent = r->absent,
		.index = r->have_index ? r->index : 0,
		.last_contact_ms = r->last_contact_ms,
		.known_leader = r->known_leader,
	};

	v->store = NULL;
	if (r->err) {
		if (!r->status)
			view_lost(v);
		if (r->status == 403)
			clients_token_again(v->r);
		view_failed(v, r->err->text, false);
		return;
	}
	n.arena = store_reply_take(r);
	/* These do not wait in the server: they are asked every 15 s. */
	if (polled(v->q->kind)) {
		n.index = v->index + 1;
		v->began = 0;
	}
	view_got(v, &n);
	if (polled(v->q->kind) && loop_timer_is_set(&v->timer) && !v->tries)
		view_again(v, DC_POLL_MS);
}

static void fetch(struct view *v)
{
	const struct render_config *conf = v->r->conf;
	struct store_ask ask = {
		.index = v->index,
		.wait_ms = dur_ms(conf->block_query_wait),
		.stale = conf->max_stale && !v->no_stale && !v->doubt,
		.consistent = v->doubt,
	};
	struct err e;

	if (store_fetch(v->r->store, v->q, &ask, on_reply, v, &v->store, &e) < 0)
		view_failed(v, e.text, false);
}

static void cancel(struct view *v)
{
	store_cancel(v->store);
	v->store = NULL;
}

static const struct render_retry *retry(const struct runner *r)
{
	return &r->conf->consul.retry;
}

static const struct view_source view_store_source = {retry, fetch, cancel};

const struct view_source *view_source_of(struct runner *r, enum tmpl_dep kind)
{
	(void)r;
	switch (kind) {
	case DEP_FILE:
		return &view_file_source;
	case DEP_KV_GET:
	case DEP_KV_BLOCK:
	case DEP_KV_LIST:
	case DEP_SERVICE:
	case DEP_CONNECT:
	case DEP_SERVICES:
	case DEP_NODE:
	case DEP_NODES:
	case DEP_DATACENTERS:
	case DEP_PARTITIONS:
	case DEP_EXPORTED_SERVICES:
	case DEP_IMPORTED_SERVICES:
	case DEP_PEERINGS:
	case DEP_CA_ROOTS:
	case DEP_CA_LEAF:
	case DEP_CATALOG_SERVICE:
		return &view_store_source;
	case DEP_VAULT_READ:
	case DEP_VAULT_WRITE:
	case DEP_VAULT_LIST:
		return &view_vault_source;
	case DEP_VAULT_PKI:
		return &view_pki_source;
	case DEP_NOMAD_SERVICES:
	case DEP_NOMAD_SERVICE:
	case DEP_NOMAD_VAR_GET:
	case DEP_NOMAD_VAR_BLOCK:
	case DEP_NOMAD_VAR_LIST:
		return &view_nomad_source;
	}
	return NULL;
}
