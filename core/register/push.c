// SPDX-License-Identifier: MIT
/* push - requests to the store and what their answers mean: done, lost (so
 * register again), refused (said once, tried again later), or the store is
 * away (one line when it goes, one when it is back). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "register/engine.h"

static const char *dur_text(struct arena *a, int64_t ns)
{
	char text[DUR_TEXT];

	dur_put(text, ns);
	return arena_strdup(a, text);
}

static void sets(struct arena *a, struct val *m, const char *key, const char *s)
{
	if (s)
		val_map_sets(a, m, str_of(key), val_cstr(s));
}

static struct val check_payload(const struct entry *en, size_t i,
				struct arena *a)
{
	const struct point *p = &en->points[i];
	struct val m = val_map(a, &type_map_any);
	int64_t ttl = i == POINT_REGISTRAR ? en->reg->o.ttl : REG_CHECK_TTL;
	int64_t after = i == POINT_REGISTRAR ? REG_DEREGISTER_AFTER : 0;

	if (p->def && en->reg->o.agent_checks && p->def->agent.type)
		m = val_map_dup(a, &p->def->agent);
	else
		sets(a, &m, "TTL",
		     dur_text(a, p->def && p->def->foreign ? p->def->ttl : ttl));
	if (p->def && p->def->deregister_after)
		after = p->def->deregister_after;
	if (after)
		sets(a, &m, "DeregisterCriticalServiceAfter",
		     dur_text(a, after));
	sets(a, &m, "CheckID", p->id);
	sets(a, &m, "Name", p->name);
	sets(a, &m, "Notes", p->def ? p->def->notes : NULL);
	sets(a, &m, "Status", reg_state_name(p->state));
	return m;
}

struct val entry_payload(const struct entry *en, struct arena *a)
{
	struct val m = val_map_dup(a, &en->s->body);
	struct val checks = val_list(a, &type_anys, en->npoints);

	for (size_t i = 0; i < en->npoints; i++)
		if (!en->points[i].off)
			val_push(a, &checks, check_payload(en, i, a));
	val_map_sets(a, &m, STR("Checks"), checks);
	return m;
}

/* After a registration every state was said; outputs follow as updates. What
 * changed while the request was under way is dirty already. */
static void registered(struct entry *en)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < en->npoints; i++) {
		en->points[i].said_ms = now;
		if (en->points[i].output || i == POINT_REGISTRAR)
			en->points[i].dirty = true;
	}
	if (!en->there)
		log_info("register", "registered %s", en->s->id);
	en->there = true;
	en->settled = true;
}

static void forget_death(struct entry *en)
{
	free(en->death);
	en->death = NULL;
	en->death_sent = false;
}

static void checked(struct entry *en)
{
	struct point *p = &en->points[en->op_point];

	p->said_ms = clock_mono_ms();
	if (!en->death_sent)
		return;
	/* what came after the death is still to be said */
	p->dirty = p->state != REG_CRITICAL || !p->output ||
		   strcmp(p->output, en->death) != 0;
	forget_death(en);
}

static void left(struct entry *en)
{
	if (en->op == OP_DROP) {
		free(en->drop.items[--en->drop.n]);
		return;
	}
	if (en->op == OP_UNMAINT) {
		en->unmaint = false;
		return;
	}
	forget_death(en);
	if (en->op == OP_MAINT) {
		en->maint = true;
		log_info("register", "%s is in maintenance", en->s->id);
	} else {
		en->there = false;
		log_info("register", "deregistered %s", en->s->id);
	}
}

static void retry_now(struct loop_timer *t)
{
	entry_pump(t->ctx);
}

/* An answer of several lines is one in the log. */
static void log_refused(const struct entry *en, const char *why)
{
	char text[ERR_TEXT];
	size_t n = 0;

	for (; *why && n < sizeof(text) - 1; why++) {
		bool space = (unsigned char)*why <= ' ';

		if (!space)
			text[n++] = *why;
		else if (n && text[n - 1] != ' ')
			text[n++] = ' ';
	}
	text[n] = '\0';
	log_warn("register", "%s: %s", en->s->id, text);
}

static void wait_again(struct entry *en, const char *why, bool refused)
{
	int64_t ms = en->retry_ms ? en->retry_ms * 2 : REG_RETRY_FIRST_MS;
	unsigned jitter = (unsigned)clock_mono_ns() % 256;

	if (ms > REG_RETRY_MAX_MS)
		ms = REG_RETRY_MAX_MS;
	if (refused && !en->refused)
		log_refused(en, why);
	en->refused = refused;
	en->retry_ms = ms;
	en->settled = en->settled || refused;
	/* a quarter up or down, so that many containers do not march in step */
	ms = ms * 3 / 4 + ms / 2 * (int64_t)jitter / 256;
	if (!en->wanted && en->reg->stopping)
		ms = en->there ? REG_RETRY_FIRST_MS : 0;
	loop_timer_set(en->reg->o.loop, &en->timer, clock_mono_ms() + ms,
		       retry_now, en);
}

/* The request came to nothing: its state has still to be said. */
static void unsaid(struct entry *en)
{
	en->death_sent = false;
	en->stale |= en->op == OP_REGISTER;
	if (en->op == OP_CHECK)
		en->points[en->op_point].dirty = true;
}

static void on_reply(void *ctx, struct store_reply *r)
{
	struct entry *en = ctx;
	bool lost = (en->op == OP_CHECK || en->op == OP_UNMAINT) &&
		    (r->status == 404 || r->status == 500);
	bool gone = (en->op == OP_DEREGISTER || en->op == OP_DROP) &&
		    (r->status == 404 || r->status == 500);

	en->call = NULL;
	if (r->err && !r->status) {
		unsaid(en);
		/* it may have arrived all the same */
		en->there |= en->op == OP_REGISTER && !en->wanted;
		reg_contact(en->reg, r->err->text);
		wait_again(en, r->err->text, false);
		goto done;
	}
	reg_contact(en->reg, NULL);
	if (lost) { /* the agent forgot us, or somebody removed us */
		log_info("register", "%s is not registered any more: again",
			 en->s->id);
		en->there = false;
		en->death_sent = false;
		if (en->doubted) { /* it takes us and has us not: no haste */
			wait_again(en, r->err->text, true);
			goto done;
		}
		en->doubted = true;
	} else if (r->err && !gone) {
		unsaid(en);
		wait_again(en, r->err->text, true);
		goto done;
	} else {
		if (en->op != OP_REGISTER) { /* a check proves it */
			en->retry_ms = 0;
			en->refused = false;
			en->doubted = false;
		}
		if (en->op == OP_REGISTER)
			registered(en);
		else if (en->op == OP_CHECK)
			checked(en);
		else
			left(en);
	}
	en->op = OP_NONE;
	reg_view_soon(en->reg);
	reg_settled(en->reg);
	entry_pump(en);
	return;
done:
	en->op = OP_NONE;
	reg_view_soon(en->reg);
	reg_settled(en->reg);
}

static int start(struct entry *en, struct arena *a, struct err *e)
{
	struct store *st = en->reg->o.store;
	const struct point *p = &en->points[en->op_point];
	struct val payload;

	switch (en->op) {
	case OP_REGISTER:
		payload = entry_payload(en, a);
		return store_register(st, &payload, en->s->token, on_reply, en,
				      &en->call, e);
	case OP_CHECK:
		return store_check(st, en->s->id, p->id, p->name,
				   en->death_sent ? "critical"
						  : reg_state_name(p->state),
				   str_of(en->death_sent ? en->death
					  : p->output	 ? p->output
							 : ""),
				   en->s->token, on_reply, en, &en->call, e);
	case OP_DEREGISTER:
		return store_deregister(st, en->s->id, en->s->token, on_reply,
					en, &en->call, e);
	case OP_MAINT:
		return store_maint(st, en->s->id, true, REG_STOPPING,
				   en->s->token, on_reply, en, &en->call, e);
	case OP_DROP:
		return store_check(st, en->s->id, en->drop.items[en->drop.n - 1],
				   NULL, NULL, STR(""), en->s->token, on_reply,
				   en, &en->call, e);
	case OP_UNMAINT:
		return store_maint(st, en->s->id, false, NULL, en->s->token,
				   on_reply, en, &en->call, e);
	case OP_NONE:
		break;
	}
	return err_set(e, 0, "nothing to do");
}

void entry_send(struct entry *en, enum entry_op op, size_t point)
{
	struct arena a;
	struct err e;

	loop_timer_unset(&en->timer);
	en->op = op;
	en->op_point = point;
	en->death_sent = op == OP_CHECK && point == POINT_PROCESS && en->death;
	/* clean from here on: what changes meanwhile is said afterwards */
	en->stale &= op != OP_REGISTER;
	for (size_t i = 0; i < en->npoints; i++)
		if (op == OP_REGISTER || (op == OP_CHECK && i == point))
			en->points[i].dirty = false;
	arena_init(&a, 4 << 20);
	if (start(en, &a, &e) < 0) {
		unsaid(en);
		en->call = NULL;
		en->op = OP_NONE;
		wait_again(en, e.text, true);
	}
	arena_free(&a);
}
