// SPDX-License-Identifier: MIT
/* data_show - see data_show.h. */
#include "data_show.h"

static void show(struct arena *a, struct buf *b, const struct val *v)
{
	char num[NUM_FLOAT];
	struct val key, x;

	switch (val_kind(v)) {
	case KIND_BOOL:
		buf_adds(b, v->b ? "true" : "false");
		return;
	case KIND_INT:
		buf_addf(b, "%lld", (long long)v->i);
		return;
	case KIND_UINT:
		buf_addf(b, "%lluu", (unsigned long long)v->u);
		return;
	case KIND_FLOAT:
		num_put_float(num, v->f, 'g', -1, 64);
		buf_addf(b, "%sf", num);
		return;
	case KIND_STRING:
		buf_addc(b, '"');
		buf_add(b, v->s.p, v->s.n);
		buf_addc(b, '"');
		return;
	case KIND_SLICE:
		buf_addc(b, '[');
		for (size_t i = 0; i < val_len_list(v); i++) {
			buf_adds(b, i ? " " : "");
			show(a, b, &v->list->items[i]);
		}
		buf_addc(b, ']');
		return;
	case KIND_MAP:
		buf_addc(b, '{');
		for (size_t i = 0; i < val_map_len(v); i++) {
			val_map_at(a, v, i, &key, &x);
			buf_adds(b, i ? " " : "");
			if (val_kind(&key) == KIND_STRING)
				buf_add(b, key.s.p, key.s.n);
			else
				show(a, b, &key);
			buf_addc(b, '=');
			show(a, b, &x);
		}
		buf_addc(b, '}');
		return;
	case KIND_INVALID:
		buf_adds(b, "nil");
		return;
	case KIND_COMPLEX:
	case KIND_PTR:
	case KIND_STRUCT:
	case KIND_CHAN:
	case KIND_FUNC:
	case KIND_INTERFACE:
		buf_addf(b, "<%s>", v->type->name);
		return;
	}
}

const char *data_show(struct arena *a, const struct val *v)
{
	struct buf b;
	const char *text;

	buf_init(&b, 0);
	show(a, &b, v);
	text = arena_dup(a, buf_str(&b), b.len);
	buf_free(&b);
	return text;
}
