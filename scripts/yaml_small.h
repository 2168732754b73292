// SPDX-License-Identifier: MIT
/*
 * libyaml's macros as functions: appended to the library's yaml_private.h by
 * scripts/deps-build.sh, which also takes the scanner's own five of them out.
 * The library expands each test of a character, each copy of one and each
 * token at its place; called, they take a third of the bytes and mean the
 * same. Static: what a file does not use is dropped, and equal copies are
 * folded when the product is linked.
 */
#define SMALL static __attribute__((noinline, unused))

/* --- characters; p points into a buffer that ends in zero bytes --- */

SMALL int small_break(const yaml_char_t *p)
{
	return *p == '\r' || *p == '\n' || (*p == 0xC2 && p[1] == 0x85) ||
	       (*p == 0xE2 && p[1] == 0x80 && (p[2] & ~1) == 0xA8);
}

SMALL int small_breakz(const yaml_char_t *p)
{
	return !*p || small_break(p);
}

SMALL int small_blank(const yaml_char_t *p)
{
	return *p == ' ' || *p == '\t';
}

SMALL int small_blankz(const yaml_char_t *p)
{
	return small_blank(p) || small_breakz(p);
}

SMALL int small_alpha(const yaml_char_t *p)
{
	return (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
	       (*p >= 'a' && *p <= 'z') || *p == '_' || *p == '-';
}

SMALL int small_width(const yaml_char_t *p)
{
	return *p < 0x80		? 1
	       : (*p & 0xE0) == 0xC0 ? 2
	       : (*p & 0xF0) == 0xE0 ? 3
	       : (*p & 0xF8) == 0xF0 ? 4
				     : 0;
}

SMALL int small_copy(yaml_char_t **to, yaml_char_t **from)
{
	int n = small_width(*from);

	while (n--)
		*(*to)++ = *(*from)++;
	return 1;
}

#undef IS_BREAK_AT
#undef IS_BREAKZ_AT
#undef IS_BLANK_AT
#undef IS_BLANKZ_AT
#undef IS_ALPHA_AT
#undef WIDTH_AT
#undef COPY
#define IS_BREAK_AT(s, at) small_break((s).pointer + (at))
#define IS_BREAKZ_AT(s, at) small_breakz((s).pointer + (at))
#define IS_BLANK_AT(s, at) small_blank((s).pointer + (at))
#define IS_BLANKZ_AT(s, at) small_blankz((s).pointer + (at))
#define IS_ALPHA_AT(s, at) small_alpha((s).pointer + (at))
#define WIDTH_AT(s, at) small_width((s).pointer + (at))
#define COPY(a, b) small_copy(&(a).pointer, &(b).pointer)

/* --- strings, stacks and queues --- */

SMALL int small_memory(yaml_error_type_t *error, int ok)
{
	if (!ok)
		*error = YAML_MEMORY_ERROR;
	return ok;
}

SMALL int small_init(yaml_error_type_t *error, yaml_string_t *s, size_t size)
{
	s->start = s->pointer = yaml_malloc(size);
	s->end = s->start + (s->start ? size : 0);
	if (s->start)
		memset(s->start, 0, size);
	return small_memory(error, s->start != NULL);
}

SMALL void small_del(yaml_string_t *s)
{
	yaml_free(s->start);
	s->start = s->pointer = s->end = NULL;
}

SMALL int small_extend(yaml_error_type_t *error, yaml_string_t *s)
{
	return s->pointer + 5 < s->end ||
	       small_memory(error, yaml_string_extend(&s->start, &s->pointer,
						      &s->end));
}

SMALL void *small_clear(yaml_string_t *s)
{
	s->pointer = s->start;
	return memset(s->start, 0, (size_t)(s->end - s->start));
}

SMALL int small_join(yaml_error_type_t *error, yaml_string_t *a,
		     yaml_string_t *b)
{
	if (!small_memory(error, yaml_string_join(&a->start, &a->pointer,
						  &a->end, &b->start,
						  &b->pointer, &b->end)))
		return 0;
	b->pointer = b->start;
	return 1;
}

/* s: the start, end and top of a stack. */
SMALL int small_stack(yaml_error_type_t *error, void **s)
{
	return s[2] != s[1] ||
	       small_memory(error, yaml_stack_extend(&s[0], &s[2], &s[1]));
}

/* q: the start, end, head and tail of a queue. */
SMALL int small_queue(yaml_error_type_t *error, void **q)
{
	return q[3] != q[1] ||
	       small_memory(error,
			    yaml_queue_extend(&q[0], &q[2], &q[3], &q[1]));
}

#undef STRING_INIT
#undef STRING_DEL
#undef STRING_EXTEND
#undef CLEAR
#undef JOIN
#undef PUSH
#undef ENQUEUE
#define STRING_INIT(c, s, size) small_init(&(c)->error, &(s), (size))
#define STRING_DEL(c, s) small_del(&(s))
#define STRING_EXTEND(c, s) small_extend(&(c)->error, &(s))
#define CLEAR(c, s) small_clear(&(s))
#define JOIN(c, a, b) small_join(&(c)->error, &(a), &(b))
#define PUSH(c, s, value)                                                      \
	(small_stack(&(c)->error, (void **)&(s).start)                         \
		 ? (*((s).top++) = value, 1)                                   \
		 : 0)
#define ENQUEUE(c, q, value)                                                   \
	(small_queue(&(c)->error, (void **)&(q).start)                         \
		 ? (*((q).tail++) = value, 1)                                  \
		 : 0)

/* --- tokens and events --- */

SMALL void small_token_init(yaml_token_t *t, yaml_token_type_t type,
			    const yaml_mark_t *start, const yaml_mark_t *end)
{
	memset(t, 0, sizeof(*t));
	t->type = type;
	t->start_mark = *start;
	t->end_mark = *end;
}

SMALL void small_event_init(yaml_event_t *e, yaml_event_type_t type,
			    const yaml_mark_t *start, const yaml_mark_t *end)
{
	memset(e, 0, sizeof(*e));
	e->type = type;
	e->start_mark = *start;
	e->end_mark = *end;
}

SMALL int small_token(yaml_parser_t *p, const yaml_token_t *t)
{
	return ENQUEUE(p, p->tokens, *t);
}

#undef TOKEN_INIT
#undef EVENT_INIT
#define TOKEN_INIT(t, type, start, end)                                        \
	small_token_init(&(t), (type), &(start), &(end))
#define EVENT_INIT(e, type, start, end)                                        \
	small_event_init(&(e), (type), &(start), &(end))

/* --- the scanner's steps --- */

SMALL int small_cache(yaml_parser_t *p, size_t n)
{
	return p->unread >= n || yaml_parser_update_buffer(p, n);
}

/* One character is behind us: a line break, or one within the line. */
SMALL void small_passed(yaml_parser_t *p, size_t chars, int line)
{
	p->mark.index += chars;
	p->unread -= chars;
	p->mark.column = line ? 0 : p->mark.column + 1;
	p->mark.line += (size_t)line;
}

SMALL void small_skip(yaml_parser_t *p)
{
	p->buffer.pointer += WIDTH(p->buffer);
	small_passed(p, 1, 0);
}

SMALL void small_skip_line(yaml_parser_t *p)
{
	if (IS_CRLF(p->buffer)) {
		p->buffer.pointer += 2;
		small_passed(p, 2, 1);
	} else if (IS_BREAK(p->buffer)) {
		p->buffer.pointer += WIDTH(p->buffer);
		small_passed(p, 1, 1);
	}
}

SMALL int small_read(yaml_parser_t *p, yaml_string_t *s)
{
	if (!small_extend(&p->error, s))
		return 0;
	small_copy(&s->pointer, &p->buffer.pointer);
	small_passed(p, 1, 0);
	return 1;
}

/* A line break is read as "\n", but LS and PS as they are. */
SMALL int small_read_line(yaml_parser_t *p, yaml_string_t *s)
{
	if (!small_extend(&p->error, s))
		return 0;
	if (!IS_BREAK(p->buffer))
		return 1;
	if (*p->buffer.pointer == 0xE2) {
		small_copy(&s->pointer, &p->buffer.pointer);
		small_passed(p, 1, 1);
	} else {
		*s->pointer++ = '\n';
		small_skip_line(p);
	}
	return 1;
}

#define CACHE(p, n) small_cache((p), (n))
#define SKIP(p) small_skip(p)
#define SKIP_LINE(p) small_skip_line(p)
#define READ(p, s) small_read((p), &(s))
#define READ_LINE(p, s) small_read_line((p), &(s))
