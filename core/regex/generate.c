// SPDX-License-Identifier: MIT
/* generate - from the tree to the program, and what the search may know in
 * advance: whether a match must start at 0, the text it starts with, the bytes
 * it may start with. */
#include "regex/impl.h"
#include "regex/unicode.h"

/* Longest prefix that is looked for. */
enum { PREFIX_MAX = 250 };

struct gen {
	struct regex *re;
	uint32_t max; /* room in inst */
	uint32_t class_cap;
};

static uint32_t put(struct gen *g, enum inst_op op, uint32_t arg)
{
	struct regex *re = g->re;

	re->inst[re->ninst] = INST(op, arg);
	return re->ninst++;
}

/* Sets the target of an earlier jump to the next instruction. */
static void patch(struct gen *g, uint32_t at)
{
	struct regex *re = g->re;

	re->inst[at] = INST(INST_OP(re->inst[at]), re->ninst);
}

/* --- single runes --- */

static uint32_t add_class(struct gen *g, const struct range *r, uint32_t n)
{
	struct regex *re = g->re;
	struct prog_class *c;
	struct range *copy;

	if (re->nclasses == g->class_cap) {
		uint32_t cap = g->class_cap ? 2 * g->class_cap : 8;

		re->classes = arena_grow(&re->mem, re->classes,
					 re->nclasses * sizeof(*c),
					 cap * sizeof(*c));
		g->class_cap = cap;
	}
	c = &re->classes[re->nclasses];
	copy = arena_array(&re->mem, n, sizeof(*copy));
	memcpy(copy, r, n * sizeof(*copy));
	*c = (struct prog_class){.r = copy, .n = n};
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t x = r[i].lo; x <= r[i].hi && x < 128; x++)
			c->ascii[x >> 5] |= UINT32_C(1) << (x & 31);
	return re->nclasses++;
}

static void put_class(struct gen *g, struct class *c)
{
	if (c->n == 0) {
		put(g, I_FAIL, 0);
	} else if (c->n == 1 && c->r[0].lo == c->r[0].hi) {
		put(g, I_CHAR, c->r[0].lo);
	} else if (c->n == 1 && c->r[0].lo == 0 && c->r[0].hi == RUNE_MAX) {
		put(g, I_ANY, 0);
	} else {
		if (c->index < 0)
			c->index = (int32_t)add_class(g, c->r, c->n);
		put(g, I_CLASS, (uint32_t)c->index);
	}
}

static void put_rune(struct gen *g, const struct node *n)
{
	struct range r[UNI_ORBIT] = {{0, 0}};
	uint32_t set[UNI_ORBIT];
	int k = n->flags & NF_FOLD ? unicode_orbit(n->rune, set) : 1;

	if (k == 1) {
		put(g, I_CHAR, n->rune);
	} else if (k == 2 && n->rune < 0x80) {
		put(g, I_FOLD, n->rune | 32);
	} else {
		for (int i = 0; i < k; i++)
			r[i] = (struct range){set[i], set[i]};
		put(g, I_CLASS, add_class(g, r, (uint32_t)k));
	}
}

/* --- the tree --- */

static void walk(struct gen *g, struct node *n);

static void put_quest(struct gen *g, struct node *n, bool lazy)
{
	uint32_t skip = put(g, lazy ? I_PREFER : I_SPLIT, 0);

	walk(g, n);
	patch(g, skip);
}

static void put_plus(struct gen *g, struct node *n, bool lazy)
{
	uint32_t start = g->re->ninst;

	walk(g, n);
	/* Preferring the loop is preferring the target, and the reverse. */
	put(g, lazy ? I_SPLIT : I_PREFER, start);
}

static void put_star(struct gen *g, struct node *n, bool lazy)
{
	uint32_t start = g->re->ninst, skip;

	skip = put(g, lazy ? I_PREFER : I_SPLIT, 0);
	/* What can be empty is (x+)?: in a loop that is entered anew from its
	 * head, the empty pass would come before the better ones. */
	if (n->flags & NF_NULLABLE) {
		put_plus(g, n, lazy);
	} else {
		walk(g, n);
		put(g, I_JUMP, start);
	}
	patch(g, skip);
}

/* x{2,5} is xx(x(x(x)?)?)?, x{2,} is xx+. */
static void put_repeat(struct gen *g, struct node *n)
{
	bool lazy = n->flags & NF_LAZY;
	uint32_t chain = 0, first;

	if (n->max < 0 && n->min == 0) {
		put_star(g, n->sub, lazy);
		return;
	}
	for (int i = n->max < 0 ? 1 : 0; i < n->min; i++)
		walk(g, n->sub);
	if (n->max < 0) {
		put_plus(g, n->sub, lazy);
		return;
	}
	/* All the exits lead to the end; until that is known each holds the
	 * place of the one before. */
	for (int i = n->min; i < n->max; i++) {
		chain = put(g, lazy ? I_PREFER : I_SPLIT, chain);
		walk(g, n->sub);
	}
	for (int i = n->min; i < n->max; i++, chain = first) {
		first = INST_ARG(g->re->inst[chain]);
		patch(g, chain);
	}
}

static void put_alt(struct gen *g, struct node *n)
{
	uint32_t chain = 0, next, split;
	uint32_t count = 0;

	for (struct node *s = n->sub; s->next; s = s->next, count++) {
		split = put(g, I_SPLIT, 0);
		walk(g, s);
		chain = put(g, I_JUMP, chain);
		patch(g, split);
	}
	for (struct node *s = n->sub; s; s = s->next)
		if (!s->next)
			walk(g, s);
	for (; count; count--, chain = next) {
		next = INST_ARG(g->re->inst[chain]);
		patch(g, chain);
	}
}

static void walk(struct gen *g, struct node *n)
{
	bool lazy = n->flags & NF_LAZY;

	switch ((enum node_op)n->op) {
	case N_EMPTY:
		break;
	case N_LIT:
		put_rune(g, n);
		break;
	case N_CLASS:
		put_class(g, n->cls);
		break;
	case N_ANY:
		put(g, I_ANY, 0);
		break;
	case N_ANYNL:
		put(g, I_ANYNL, 0);
		break;
	case N_ASSERT:
		put(g, I_EMPTY, n->num);
		break;
	case N_CAP:
		put(g, I_CAP, 2 * n->num);
		walk(g, n->sub);
		put(g, I_CAP, 2 * n->num + 1);
		break;
	case N_STAR:
		put_star(g, n->sub, lazy);
		break;
	case N_PLUS:
		put_plus(g, n->sub, lazy);
		break;
	case N_QUEST:
		put_quest(g, n->sub, lazy);
		break;
	case N_REPEAT:
		put_repeat(g, n);
		break;
	case N_CAT:
		for (struct node *s = n->sub; s; s = s->next)
			walk(g, s);
		break;
	case N_ALT:
		put_alt(g, n);
		break;
	case N_PAREN:
	case N_BAR:
		break;
	}
}

/* --- what is known in advance --- */

/* Leading assertions, or else the text that follows the start. */
static void find_prefix(struct regex *re)
{
	char text[PREFIX_MAX];
	uint32_t pc = 0, i;
	bool asserts = false;
	size_t n = 0;

	for (;; pc++) {
		i = re->inst[pc];
		if (INST_OP(i) == I_EMPTY) {
			asserts = true;
			re->anchored |= INST_ARG(i) == E_BOT;
		} else if (INST_OP(i) != I_CAP) {
			break;
		}
	}
	while (!asserts) {
		if (INST_OP(i) == I_CHAR && INST_ARG(i) != RUNE_ERROR &&
		    n + UTF8_MAX <= sizeof(text))
			n += (size_t)utf8_encode(INST_ARG(i), text + n);
		else if (INST_OP(i) != I_CAP)
			break;
		i = re->inst[++pc];
	}
	re->prefix_complete = INST_OP(i) == I_MATCH && !asserts;
	if (n)
		re->prefix = str_n(arena_dup(&re->mem, text, n), n);
}

static void first_bytes(struct regex *re, unsigned lo, unsigned hi)
{
	for (; lo <= hi; lo++)
		re->first[lo >> 3] |= (uint8_t)(1u << (lo & 7));
}

/* The bytes that a consuming instruction may start with. All of 80-FF when it
 * takes U+FFFD, which any invalid byte stands for, and for simplicity when a
 * class has anything outside ASCII. */
static void first_of(struct regex *re, uint32_t inst)
{
	const struct prog_class *c;
	char text[UTF8_MAX];
	uint32_t arg = INST_ARG(inst);

	switch (INST_OP(inst)) {
	case I_CHAR:
		utf8_encode(arg, text);
		first_bytes(re, (unsigned char)text[0],
			    arg == RUNE_ERROR ? 0xFF : (unsigned char)text[0]);
		if (arg == RUNE_ERROR)
			first_bytes(re, 0x80, 0xFF);
		break;
	case I_FOLD:
		first_bytes(re, arg, arg);
		first_bytes(re, arg & ~32u, arg & ~32u);
		break;
	case I_CLASS:
		c = &re->classes[arg];
		for (unsigned i = 0; i < 128; i++)
			if (c->ascii[i >> 5] >> (i & 31) & 1)
				first_bytes(re, i, i);
		if (c->r[c->n - 1].hi >= 0x80)
			first_bytes(re, 0x80, 0xFF);
		break;
	case I_ANY:
	case I_ANYNL:
		first_bytes(re, 0, 0xFF);
		break;
	case I_SPLIT:
	case I_PREFER:
	case I_JUMP:
	case I_CAP:
	case I_EMPTY:
	case I_MATCH:
	case I_FAIL:
		break;
	}
}

/* Follows all ways from the start to the first rune. */
static void find_first(struct regex *re, struct arena *tmp)
{
	uint32_t *stack = arena_array(tmp, 2 * re->ninst + 1,
				      sizeof(*stack));
	uint8_t *seen = arena_alloc(tmp, re->ninst);
	size_t n = 0;

	stack[n++] = 0;
	while (n) {
		uint32_t pc = stack[--n], i = re->inst[pc];

		if (seen[pc])
			continue;
		seen[pc] = 1;
		switch (INST_OP(i)) {
		case I_MATCH:
			return;
		case I_SPLIT:
		case I_PREFER:
			stack[n++] = pc + 1;
			stack[n++] = INST_ARG(i);
			break;
		case I_JUMP:
			stack[n++] = INST_ARG(i);
			break;
		case I_CAP:
		case I_EMPTY:
			stack[n++] = pc + 1;
			break;
		case I_CHAR:
		case I_FOLD:
		case I_CLASS:
		case I_ANY:
		case I_ANYNL:
		case I_FAIL:
			first_of(re, i);
			break;
		}
	}
	re->use_first = true;
}

void re_generate(struct regex *re, struct node *root, struct arena *tmp)
{
	struct gen g = {.re = re};

	/* The sizes in the tree are upper bounds of what is put. */
	re->inst = arena_array(&re->mem, root->size + 1, sizeof(*re->inst));
	walk(&g, root);
	put(&g, I_MATCH, 0);
	find_prefix(re);
	if (!re->prefix.n && !re->anchored)
		find_first(re, tmp);
}
