// SPDX-License-Identifier: MIT
/* conf_dump - the final configuration for the debug log, as the schema has it.
 * What is marked secret there (tokens, passwords, the variables given to
 * children) is left out. */
#include "conf.h"

#include "base/num.h"
#include "data/json.h"

static void block(struct buf *b, const struct conf_block *k, const char *base);

static void list(struct buf *b, const struct render_list *l)
{
	buf_addc(b, '[');
	for (size_t i = 0; i < l->n; i++) {
		buf_adds(b, i ? "," : "");
		json_print_str(b, str_of(l->items[i]), 0);
	}
	buf_addc(b, ']');
}

static void value(struct buf *b, const struct conf_key *k, const char *at)
{
	char num[NUM_FLOAT];

	switch ((enum conf_type)k->type) {
	case CONF_STR:
	case CONF_ID:
		json_print_str(b, str_of(*(const char *const *)(const void *)at),
			       0);
		return;
	case CONF_BOOL:
		buf_adds(b, *(const bool *)at ? "true" : "false");
		return;
	case CONF_INT:
	case CONF_SIGNAL:
	case CONF_PERMS:
		if (!(k->flags & CONF_WIDE)) {
			buf_addf(b, "%d", *(const int *)(const void *)at);
			return;
		}
		/* fall through */
	case CONF_DUR:
		buf_addf(b, "%lld",
			 (long long)*(const int64_t *)(const void *)at);
		return;
	case CONF_FLOAT:
		num_put_float(num, *(const double *)(const void *)at, 'g', -1,
			      64);
		buf_adds(b, num);
		return;
	case CONF_LIST:
	case CONF_WORDS:
		list(b, (const struct render_list *)(const void *)at);
		return;
	case CONF_BLOCK:
		block(b, k->block, at);
		return;
	case CONF_BLOCKS:
		return;
	}
}

static void block(struct buf *b, const struct conf_block *k, const char *base)
{
	bool first = true;

	buf_addc(b, '{');
	for (size_t i = 0; i < k->n; i++) {
		const struct conf_key *key = &k->keys[i];

		if (key->off == CONF_NOWHERE || !conf_has(k, i) ||
		    (key->flags & CONF_SECRET))
			continue;
		buf_addf(b, "%s\"%s\":", first ? "" : ",", key->name);
		first = false;
		value(b, key, base + key->off);
	}
	buf_addc(b, '}');
}

void conf_dump(const struct render_config *c, struct buf *b)
{
	block(b, c->env ? &conf_env_root : &conf_root, (const char *)c);
	if (c->env)
		return;
	buf_cut(b, b->len ? b->len - 1 : 0);
	buf_adds(b, ",\"template\":[");
	for (size_t i = 0; i < c->ntemplates; i++) {
		buf_adds(b, i ? "," : "");
		block(b, conf_key_at(&conf_root, "template")->block,
		      (const char *)&c->templates[i]);
	}
	buf_adds(b, "]}");
}
