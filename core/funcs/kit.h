// SPDX-License-Identifier: MIT
/* kit - what the theme files share: how a function is written, results,
 * errors, text built in the arena, and Go's formatting. Private to funcs. */
#ifndef BASEBOX_FUNCS_KIT_H
#define BASEBOX_FUNCS_KIT_H

#include "base.h"
#include "data/value.h"
#include "tmpl/func.h"
#include "tmpl/limits.h"
#include "tmpl/print.h"

/* A template function; see tmpl/func.h. */
#define FN(name)                                                               \
	static int name(struct tmpl_call *c UNUSED,                            \
			const struct val *args UNUSED, size_t n UNUSED,        \
			struct val *out UNUSED)

/* One that several tables hold; declared in funcs/shared.h. */
#define FN_SHARED(name)                                                        \
	int name(struct tmpl_call *c UNUSED, const struct val *args UNUSED,    \
		 size_t n UNUSED, struct val *out UNUSED)

/* "%.*s" of a struct str, cut far above any sensible message. */
#define STRF(s) (int)((s).n < 4000 ? (s).n : 4000), (s).p ? (s).p : ""

/* One theme: its functions sorted by name (a unit test holds that). The title
 * is for scripts/gen-funcdocs. */
struct theme {
	const struct tmpl_func *funcs;
	size_t n;
};
#define THEME(var, title, table)                                               \
	const struct theme var = {table, COUNT(table)}

/* --- results --- */

/* All return 0. */
int ret(struct val *out, struct val v);
int ret_str(struct val *out, struct str s);
int ret_cstr(struct val *out, const char *s);
int ret_bool(struct val *out, bool b);
int ret_int(struct val *out, int64_t i); /* Go's int */
int ret_int64(struct val *out, int64_t i);
int ret_uint64(struct val *out, uint64_t u);
int ret_float(struct val *out, double f);

/* err_set on the call; -1. */
int fail(struct tmpl_call *c, const char *fmt, ...) PRINTF(2, 3);
/* so that compilers and analysers see the -1 */
#define fail(...) ({ fail(__VA_ARGS__); -1; })
/* The two panics of Go that templates meet most. */
int fail_nil(struct tmpl_call *c);
int fail_zero(struct tmpl_call *c); /* a nil where a type is asked for */
/* A result of n bytes or elements, n known beforehand, would pass TMPL_STRING
 * or TMPL_LIST: then -1 with a message that names the limit. */
int room_text(struct tmpl_call *c, size_t n);
int room_list(struct tmpl_call *c, size_t n);

/* --- text in the arena: struct text of tmpl/print.h --- */

static inline struct text text_in(struct tmpl_call *c)
{
	return (struct text){.a = c->arena};
}
static inline void text_s(struct text *t, struct str s)
{
	text_add(t, s.p, s.n);
}
void text_f(struct text *t, const char *fmt, ...) PRINTF(2, 3);
int ret_text(const struct text *t, struct val *out);

/* A C string of a struct str. */
static inline char *cstr_in(struct arena *a, struct str s)
{
	return arena_dup(a, s.p, s.n);
}
static inline char *cstr(struct tmpl_call *c, struct str s)
{
	return cstr_in(c->arena, s);
}
/* Lower-case hexadecimal. */
struct str hex(struct arena *a, const void *p, size_t n);

/* While heap memory is held, the arena must not jump: hold returns what
 * release gives back. If anything failed meanwhile, release ends the
 * execution the way the arena would have. */
jmp_buf *arena_hold(struct arena *a);
int arena_release(struct tmpl_call *c, jmp_buf *was, bool failed);
/* The content of a heap buffer as the result; frees it. */
int ret_buf(struct tmpl_call *c, struct buf *b, struct val *out);

/* --- text --- */

bool str_has(struct str s, struct str sub);
/* For str_split: an empty text is one empty part, whatever its pointer. */
static inline struct str parts_of(struct str s)
{
	return s.p ? s : STR("");
}
/* Unicode white space off both ends. */
struct str space_trim(struct str s);
/* Go's SplitN into a list of type t: at most max parts (0: all); an empty
 * separator separates runes. */
struct val split_strings(struct tmpl_call *c, struct str s, struct str sep,
			 size_t max, const struct val_type *t);
int replace_all(struct tmpl_call *c, struct str s, struct str from,
		struct str to, struct val *out);

/* --- Go's formatting --- */

/* fmt.Sprint of one value: %v. */
static inline struct str go_string(struct tmpl_call *c, const struct val *v)
{
	return print_str(c->arena, v);
}
/* reflect's word for a kind: "int64", "slice", "invalid". */
const char *go_kind(const struct val *v);

/* --- lenient numbers (spf13/cast) --- */

int64_t cast_int(const struct val *v);
double cast_float(const struct val *v);

#endif
