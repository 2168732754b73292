// SPDX-License-Identifier: MIT
/* value - the data that templates, parsers, stores and functions exchange,
 * with Go's type system where it shows: printing, %T, comparison, argument
 * checks and field access depend on types, so every value carries one.
 *
 * Memory: values are made in an arena and live as long as it does; a struct
 * val is copied freely (24 bytes), what it points to is shared. Data that came
 * from a watcher is shared by several renders and is never changed: a function
 * that would change it copies first (val_map_dup).
 *
 * nil: a val without type is "no value" (Go's invalid reflect.Value; also what
 * a nil interface holds in a list or map of interface {}). A typed nil (slice,
 * map, pointer) has its type and a NULL payload. */
#ifndef BASEBOX_DATA_VALUE_H
#define BASEBOX_DATA_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Go's reflect.Kind, as far as it occurs. */
enum val_kind {
	KIND_INVALID,
	KIND_BOOL,
	KIND_INT, /* int, and the sized signed types */
	KIND_UINT,
	KIND_FLOAT,
	KIND_COMPLEX,
	KIND_STRING,
	KIND_SLICE,
	KIND_MAP,
	KIND_PTR,    /* to a struct */
	KIND_STRUCT, /* by value */
	KIND_CHAN,   /* of int64 */
	KIND_FUNC,
	KIND_INTERFACE, /* only as the elem of a list or map, or a parameter */
};

struct val;
struct val_type;
struct tmpl_call;

struct val_field {
	const char *name;
	const struct val_type *type;
	const char *json; /* JSON key; NULL = name; "-" = left out;
			   * ",omitempty" = name, left out when empty */
};

/* A method: called like a template function; args[0] is the receiver. */
struct val_method {
	const char *name;
	const char *sig; /* as in tmpl/func.h, without the receiver */
	int (*fn)(struct tmpl_call *c, const struct val *args, size_t n,
		  struct val *out);
};

struct val_type {
	const char *name; /* what %T prints: "[]string", "*dependency.Node" */
	enum val_kind kind : 8;
	uint8_t bits; /* of numbers: 64 for int, int64, float64; 8 for uint8 */
	uint8_t nfields, nmethods;
	const struct val_type *elem;	  /* slice, map, pointer, chan */
	const struct val_type *key;	  /* map */
	const struct val_field *fields;	  /* struct, in Go's order */
	const struct val_method *methods; /* on the struct or its pointer */
	/* Go's String(), if the type has one (time.Duration, Nomad items). */
	struct str (*string)(struct arena *a, const struct val *v);
	/* Go's MarshalText: JSON, YAML and TOML show this string (time.Time,
	 * *semver.Version, Nomad items); YAML and TOML show it bare when it is
	 * another than `string`, as that of a time is. */
	struct str (*text)(struct arena *a, const struct val *v);
};

/* The elements of a list. A list of bytes ([]uint8) is packed: items is NULL
 * and raw holds them; val_at reads either kind. cap is Go's, which `slice`
 * shows: a part of a list can be cut longer again. */
struct val_list {
	size_t n, cap;
	struct val *items;
	char *raw;
	bool shared; /* the elements belong to another list: push copies */
};

struct val_map; /* hash table, opaque; iteration is always in key order */

/* A channel that gives from, from + 1, ... to - 1 and is then closed. Ranging
 * takes the values out, for every copy of the channel. */
struct val_chan {
	int64_t from, to;
};

struct val {
	const struct val_type *type; /* NULL = no value */
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double f;
		struct {
			double re, im;
		} c;
		struct str s; /* KIND_STRING; not NUL-terminated in general */
		struct val_list *list; /* NULL = nil slice */
		struct val_map *map;   /* NULL = nil map */
		struct val *fields;    /* KIND_STRUCT, KIND_PTR: nfields vals;
					* NULL = nil pointer */
		struct val_chan *chan; /* KIND_CHAN */
		const void *func;
	};
};

/* The predeclared types. */
extern const struct val_type type_bool, type_int, type_int64, type_int32,
	type_uint, type_uint64, type_uint8, type_float64, type_complex128,
	type_string, type_any;		      /* interface {} */
extern const struct val_type type_bytes;      /* []uint8, packed */
extern const struct val_type type_strings;    /* []string */
extern const struct val_type type_anys;	      /* []interface {} */
extern const struct val_type type_map_any;    /* map[string]interface {} */
extern const struct val_type type_map_str;    /* map[string]string */
extern const struct val_type type_map_anyany; /* map[interface {}]interface {} */
extern const struct val_type type_json_number; /* json.Number, kind string */
extern const struct val_type type_chan_int64;

static inline enum val_kind val_kind(const struct val *v)
{
	return v->type ? v->type->kind : KIND_INVALID;
}

/* --- making values --- */

static inline struct val val_none(void)
{
	return (struct val){0};
}
struct val val_bool(bool b);
struct val val_int(int64_t i);	 /* Go int */
struct val val_int64(int64_t i); /* Go int64 */
struct val val_uint64(uint64_t u);
struct val val_float(double f);
struct val val_str(struct str s);   /* borrows */
struct val val_cstr(const char *s); /* borrows */
struct val val_str_dup(struct arena *a, struct str s);
struct val val_bytes(struct arena *a, struct str s); /* []uint8, copied */
struct val val_chan(struct arena *a, int64_t from, int64_t to);
/* An empty, non-nil list with room for cap elements. */
struct val val_list(struct arena *a, const struct val_type *t, size_t cap);
struct val val_map(struct arena *a, const struct val_type *t);
/* The same with room for n entries. */
struct val val_map_room(struct arena *a, const struct val_type *t, size_t n);
/* A pointer to a new struct, all fields typed zero values. t is the pointer
 * type (KIND_PTR). */
struct val val_ptr(struct arena *a, const struct val_type *t);
struct val val_zero(const struct val_type *t); /* nil, 0, "" of a type */

/* --- lists --- (an allocation failure: -1, or the arena's longjmp) */

static inline size_t val_len_list(const struct val *v)
{
	return v->list ? v->list->n : 0;
}
int val_push(struct arena *a, struct val *list, struct val item);
/* Element i (i < n) of either kind of list. */
struct val val_at(const struct val *list, size_t i);
/* A list that shares the elements [from, to) of a list; from <= to <= cap. */
struct val val_sublist(struct arena *a, const struct val *list, size_t from,
		       size_t to);

/* --- maps --- */

size_t val_map_len(const struct val *m);
/* The value of a key, or NULL. */
const struct val *val_map_get(const struct val *m, const struct val *key);
const struct val *val_map_gets(const struct val *m, struct str key);
int val_map_set(struct arena *a, struct val *m, struct val key, struct val v);
int val_map_sets(struct arena *a, struct val *m, struct str key, struct val v);
bool val_map_del(struct val *m, const struct val *key);
/* A shallow copy in the arena. */
struct val val_map_dup(struct arena *a, const struct val *m);
/* Entry i (0 <= i < len) in key order as Go's fmt sorts: nil first, bools
 * false first, numbers by value (NaN first), strings by bytes. Keys of mixed
 * types (YAML) go by type: string, int, float64, bool, then others by name.
 * Sorts in place when needed, which changes nothing that can be seen. */
void val_map_at(struct arena *a, const struct val *m, size_t i, struct val *key,
		struct val *v);

struct val_entry {
	struct val key, v;
};
/* All entries in that order; borrowed until the map is changed. */
const struct val_entry *val_map_entries(const struct val *m, size_t *n);
/* That order for two keys: < 0, 0, > 0. */
int val_key_cmp(const struct val *a, const struct val *b);

/* --- structs --- */

/* The struct type of a struct or pointer type, else NULL. */
static inline const struct val_type *val_struct_type(const struct val_type *t)
{
	if (t && t->kind == KIND_PTR)
		t = t->elem;
	return t && t->kind == KIND_STRUCT ? t : NULL;
}
/* Index of a field in a struct type (or the pointer's), -1 if none. */
int val_field_index(const struct val_type *t, struct str name);
/* The field of a struct value or non-nil pointer by name, NULL if none. */
struct val *val_field(const struct val *v, const char *name);
int val_set_field(struct val *v, const char *name, struct val x);
const struct val_method *val_method(const struct val_type *t, struct str name);

/* --- types --- */

/* Identical types: the same object, or the same Go name. */
bool val_type_same(const struct val_type *a, const struct val_type *b);
/* Go's assignability of a value of type `from`: identical, or `to` is an
 * interface, or one is an unnamed list, map or pointer of the same make. */
bool val_type_assignable(const struct val_type *from, const struct val_type *to);
/* "<nil>" for no value, else the type's Go name. */
const char *val_type_name(const struct val *v);

/* --- looking --- */

/* Go's truth: false for no value, nil, false, 0, "", empty; structs and
 * non-nil pointers are true. */
bool val_truth(const struct val *v);
/* reflect.DeepEqual, numbers of different types being different. */
bool val_deep_equal(const struct val *a, const struct val *b);
/* A full copy into another arena (data moving from a reply to a store). */
struct val val_deep_copy(struct arena *a, const struct val *v);
bool val_is_bytes(const struct val *v);
/* The bytes of a []uint8 (copied to the arena when needed). */
struct str val_bytes_str(struct arena *a, const struct val *v);

#endif
