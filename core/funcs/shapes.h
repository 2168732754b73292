// SPDX-License-Identifier: MIT
/* shapes - how the struct types are written down. Private to funcs. */
#ifndef BASEBOX_FUNCS_SHAPES_H
#define BASEBOX_FUNCS_SHAPES_H

#include "funcs/kit.h"
#include "funcs/shape.h"

extern const struct val_type shape_month, shape_weekday, shape_location,
	shape_nomad_tuples;

#define FIELDS(id) static const struct val_field id##_fields[]
#define FIELD(n, t) {#n, &(t), NULL}
#define FIELD_JSON(n, t, j) {#n, &(t), j}
#define STRING(n) FIELD(n, type_string)
#define STRINGS(n) FIELD(n, type_strings)
#define STRMAP(n) FIELD(n, type_map_str)
#define INT(n) FIELD(n, type_int)
#define UINT(n) FIELD(n, type_uint64)
#define BOOL(n) FIELD(n, type_bool)

#define STRUCT(go, id)                                                         \
	{                                                                      \
		.name = (go), .kind = KIND_STRUCT, .fields = id##_fields,      \
		.nfields = COUNT(id##_fields),                                 \
	}
#define POINTER(go, struct_type)                                               \
	{                                                                      \
		.name = "*" go, .kind = KIND_PTR, .elem = &(struct_type),      \
	}

/* T, *T and []*T. str: Go's String() or NULL; the rest are further
 * initializers of the struct type. */
#define SHAPE_WITH(id, go, pre, el, str, ...)                                  \
	const struct val_type shape_##id = {.name = (go),                      \
					    .kind = KIND_STRUCT,               \
					    .fields = id##_fields,             \
					    .nfields = COUNT(id##_fields),     \
					    .string = (str),                   \
					    __VA_ARGS__};                      \
	const struct val_type shape_##id##_p = {.name = "*" go,                \
						.kind = KIND_PTR,              \
						.elem = &shape_##id,           \
						.string = (str)};              \
	const struct val_type shape_##id##_l = {                               \
		.name = pre go, .kind = KIND_SLICE, .elem = &(el)}
#define SHAPE(id, go)                                                          \
	SHAPE_WITH(id, go, "[]*", shape_##id##_p, NULL, .bits = 0)
/* The list holds structs by value. */
#define SHAPE_VALUES(id, go)                                                   \
	SHAPE_WITH(id, go, "[]", shape_##id, NULL, .bits = 0)
#define METHODS(m) .methods = (m), .nmethods = COUNT(m)

#endif
