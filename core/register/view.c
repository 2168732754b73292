// SPDX-License-Identifier: MIT
/* view - register.json, what this registrar knows, for `health`, `status` and
 * whoever decides by it. Members, beside those of every view (runtime.h):
 *
 *   "verdict":  the worst state of all services; "critical" with none up
 *   "output":   one line why, "" when passing
 *   "stopping": true once the stop has begun
 *   "store":    {"address", "away": bool, "contact": boot clock ms, 0 = never}
 *   "services": [{"id", "name", "address", "port", "registered": bool,
 *                 "status", "checks": [{"id", "name", "status", "output"}]}]
 *
 * A service that waits for its process is critical; one whose process is down
 * by order does not count for the verdict. Outputs are cut so that
 * the whole stays below RUNTIME_VIEW_MAX. */
#include <stdio.h>
#include <string.h>

#include "data/json.h"
#include "register/engine.h"

enum {
	SOON_MS = 20,	    /* several changes of one moment are one write */
	OUTPUT_SHORT = 256, /* bytes of an output when all would be too long */
};

static void member(struct buf *b, const char *key, struct str value)
{
	buf_addf(b, "\"%s\":", key);
	json_print_str(b, value, 0);
}

static void put_check(struct buf *b, const struct point *p, size_t most)
{
	struct str out = str_of(p->output ? p->output : "");

	buf_addc(b, '{');
	member(b, "id", str_of(p->id));
	buf_addc(b, ',');
	member(b, "name", str_of(p->name));
	buf_addc(b, ',');
	member(b, "status", str_of(reg_state_name(p->state)));
	buf_addc(b, ',');
	member(b, "output", str_cut(out, 0, most));
	buf_addc(b, '}');
}

static void put_service(struct buf *b, const struct entry *en, size_t most)
{
	bool first = true;

	buf_addc(b, '{');
	member(b, "id", str_of(en->s->id));
	buf_addc(b, ',');
	member(b, "name", str_of(en->s->name));
	buf_addc(b, ',');
	member(b, "address", str_of(en->s->address));
	buf_addf(b, ",\"port\":%u,\"registered\":%s,", en->s->port,
		 en->there ? "true" : "false");
	member(b, "status", str_of(reg_state_name(entry_state(en))));
	buf_adds(b, ",\"checks\":[");
	for (size_t i = POINT_PROCESS; i < en->npoints; i++) {
		if (en->points[i].off)
			continue;
		if (!first)
			buf_addc(b, ',');
		first = false;
		put_check(b, &en->points[i], most);
	}
	buf_adds(b, "]}");
}

/* The first check that is in the worst state, as "service: check: output". */
static void put_verdict(const struct reg *r, struct buf *b)
{
	enum reg_state worst = REG_PASSING;
	const struct point *why = NULL;
	char line[OUTPUT_SHORT * 2];
	size_t n = 0;

	for (const struct entry *en = r->entries; en; en = en->next) {
		for (size_t i = POINT_PROCESS; i < en->npoints; i++) {
			const struct point *p = &en->points[i];

			if (en->down || p->off || p->state <= worst)
				continue;
			worst = p->state;
			why = p;
		}
	}
	member(b, "verdict", str_of(reg_state_name(worst)));
	if (why) {
		int k = snprintf(line, sizeof(line), "%s: %s: %.*s",
				 why->entry->s->name, why->name, OUTPUT_SHORT,
				 why->output ? why->output : "no verdict yet");

		n = k < 0		       ? 0
		    : (size_t)k < sizeof(line) ? (size_t)k
					       : sizeof(line) - 1;
	}
	buf_addc(b, ',');
	member(b, "output", str_n(line, n));
}

static void build(const struct reg *r, struct buf *b, size_t most)
{
	runtime_view_begin(&r->view, b);
	put_verdict(r, b);
	buf_addf(b, ",\"stopping\":%s,\"store\":{",
		 r->stopping ? "true" : "false");
	member(b, "address", str_of(store_name(r->o.store)));
	buf_addf(b, ",\"away\":%s,\"contact\":%lld},\"services\":[",
		 r->away ? "true" : "false", (long long)r->contact_ms);
	for (const struct entry *en = r->entries; en; en = en->next) {
		if (en != r->entries)
			buf_addc(b, ',');
		put_service(b, en, most);
	}
	buf_adds(b, "]}\n");
}

static void write_view(struct reg *r)
{
	BUF_AUTO struct buf b = {.max = RUNTIME_VIEW_MAX};
	struct err e;

	build(r, &b, SIZE_MAX);
	for (size_t most = OUTPUT_SHORT; b.failed && most; most /= 4) {
		buf_reset(&b);
		build(r, &b, most);
	}
	if (!b.failed && runtime_view_write(&r->view, &b, &e) == 0) {
		r->view_failed = false;
		return;
	}
	if (!r->view_failed)
		log_warn("register", "%s",
			 b.failed ? "too many services for register.json"
				  : e.text);
	r->view_failed = true;
}

static void on_timer(struct loop_timer *t)
{
	struct reg *r = t->ctx;

	write_view(r);
	loop_timer_set(r->o.loop, &r->view_timer,
		       clock_mono_ms() + dur_ms(r->o.ttl) / 3, on_timer, r);
}

void reg_view_soon(struct reg *r)
{
	int64_t at = clock_mono_ms() + SOON_MS;

	if (r->view_open &&
	    (!loop_timer_is_set(&r->view_timer) || r->view_timer.at > at))
		loop_timer_set(r->o.loop, &r->view_timer, at, on_timer, r);
}

void reg_view_open(struct reg *r)
{
	struct err e;

	if (!r->o.view)
		return;
	if (runtime_view_open(&r->view, "register", dur_ms(r->o.ttl) / 3, &e) <
	    0) {
		log_warn("register", "no view for health checks: %s", e.text);
		return;
	}
	r->view_open = true;
	write_view(r);
	reg_view_soon(r);
}

void reg_view_close(struct reg *r)
{
	if (r->view_open)
		runtime_view_close(&r->view);
	r->view_open = false;
}
