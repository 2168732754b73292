// SPDX-License-Identifier: MIT
/* once - one request in a loop of its own. */
#include <string.h>

#include "http.h"

struct once {
	bool done;
	struct http_answer answer;
	struct err err;
};

static void on_done(void *ctx, struct http_answer *a)
{
	struct once *o = ctx;

	o->done = true;
	o->answer = *a;
	if (a->err)
		o->err = *a->err;
	a->body = a->head = (struct buf){0};
	/* These belong to the call. */
	o->answer.method = o->answer.url = NULL;
}

static int turn(struct http *h, struct loop *l, const struct http_site_conf *c,
		const struct http_req *r, struct once *o, struct err *e)
{
	struct http_call *call;
	struct http_site *s;
	int ret;

	if (http_site_open(h, c, &s, e) < 0)
		return -1;
	ret = http_start(s, r, on_done, o, &call, e);
	while (ret == 0 && !o->done) {
		ret = loop_turn(l, CLOCK_NEVER, e);
		if (ret < 0)
			http_cancel(call);
	}
	http_site_free(s);
	if (ret == 0 && o->answer.err) {
		if (e)
			*e = o->err;
		return -1;
	}
	return ret;
}

int http_once(const struct http_site_conf *c, const struct http_req *r,
	      struct http_answer *a, struct err *e)
{
	struct loop l;
	struct http *h;
	struct once o = {0};
	int ret;

	memset(a, 0, sizeof(*a));
	if (loop_init(&l, e) < 0)
		return -1;
	if (http_open(&h, &l, e) < 0) {
		loop_free(&l);
		return -1;
	}
	ret = turn(h, &l, c, r, &o, e);
	http_close(h);
	loop_free(&l);
	*a = o.answer;
	a->err = NULL;
	return ret;
}

void http_answer_free(struct http_answer *a)
{
	buf_free(&a->body);
	buf_free(&a->head);
	memset(a, 0, sizeof(*a));
}
