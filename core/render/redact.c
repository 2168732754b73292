// SPDX-License-Identifier: MIT
/* redact - no secret in an error text: every string that the used secrets
 * hold is replaced by [redacted]. */
#include <stdlib.h>
#include <string.h>

#include "render/host.h"

static void replace(struct err *e, struct str secret)
{
	struct buf BUF_AUTO b = {.max = ERR_TEXT};
	struct str rest = str_of(e->text);
	ptrdiff_t at;

	if (!secret.n || str_find(rest, secret) < 0)
		return;
	while ((at = str_find(rest, secret)) >= 0) {
		buf_add(&b, rest.p, (size_t)at);
		buf_adds(&b, "[redacted]");
		rest = str_cut(rest, (size_t)at + secret.n, rest.n);
	}
	buf_add(&b, rest.p, rest.n);
	err_set(e, 0, "%s", buf_str(&b));
}

static void each(struct err *e, struct arena *a, const struct val *v)
{
	struct val key, item;

	if (val_kind(v) == KIND_STRING) {
		replace(e, v->s);
	} else if (val_kind(v) == KIND_SLICE) {
		for (size_t i = 0; i < val_len_list(v); i++)
			each(e, a, &v->list->items[i]);
	} else if (val_kind(v) == KIND_MAP && v->map) {
		for (size_t i = 0; i < val_map_len(v); i++) {
			val_map_at(a, v, i, &key, &item);
			each(e, a, &item);
		}
	} else if (val_kind(v) == KIND_STRUCT && val_field(v, "Value")) {
		replace(e, val_field(v, "Value")->s);
	}
}

void redact(const struct job *j, struct err *e)
{
	struct arena a = {0};

	for (size_t i = 0; i < j->nused; i++) {
		const struct view *v = j->used[i];
		const struct val *data = NULL;

		if (!v->received)
			continue;
		if (v->data.type && v->data.type->kind == KIND_PTR &&
		    v->data.fields)
			data = val_field(&v->data, "Data");
		if (v->q->kind == DEP_NOMAD_VAR_GET ||
		    v->q->kind == DEP_NOMAD_VAR_BLOCK)
			data = &v->data;
		if (data)
			each(e, &a, data);
	}
	arena_free(&a);
}
