// SPDX-License-Identifier: MIT
/* A format (the bytes behind the first) for operands chosen by the first. */
#include <math.h>
#include <stdlib.h>

#include "base.h"
#include "tmpl/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct val operand(struct arena *a, unsigned i)
{
	struct val v;

	switch (i % 12) {
	case 0:
		return val_int(-42);
	case 1:
		return val_float(1234567.25);
	case 2:
		return val_cstr("h\xC3\xA9\xFFllo");
	case 3:
		return val_none();
	case 4:
		return val_uint64(UINT64_MAX);
	case 5:
		return val_bytes(a, STR("\0\x7F\xFF"));
	case 6:
		return val_bool(true);
	case 7:
		return val_float(-INFINITY);
	case 8:
		return val_zero(&type_map_any);
	case 9:
		return (struct val){.type = &type_complex128, .c = {1, -0.5}};
	case 10:
		v = val_list(a, &type_anys, 2);
		val_push(a, &v, val_int(INT64_MIN));
		val_push(a, &v, val_none());
		return v;
	default:
		v = val_map(a, &type_map_any);
		val_map_sets(a, &v, STR("k"), val_float(5e-324));
		return v;
	}
}

/* Wide padding is only slow. */
static bool too_wide(const uint8_t *data, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < size; i++) {
		digits = ascii_digit(data[i]) ? digits + 1 : 0;
		if (digits > 3)
			return true;
	}
	return size > 256;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct text t = {.a = &a};
	struct val args[4];

	if (!size || too_wide(data + 1, size - 1))
		return 0;
	arena_init(&a, 64 << 20);
	for (unsigned i = 0; i < 4; i++)
		args[i] = operand(&a, data[0] + i * (1 + data[0] / 12u));
	print_format(&t, str_n((const char *)data + 1, size - 1), args,
		     data[0] % 5);
	arena_free(&a);
	return 0;
}
