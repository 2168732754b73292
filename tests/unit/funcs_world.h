// SPDX-License-Identifier: MIT
/* funcs_world - a world that stands still for tests of template functions:
 * TEST variables, one clock, random bytes that count, no files, and data that
 * a test puts there. */
#ifndef BASEBOX_TESTS_FUNCS_WORLD_H
#define BASEBOX_TESTS_FUNCS_WORLD_H

#include "funcs.h"

/* The output of a template, or "! " and the error without its position. Lives
 * in the arena. max: most bytes the execution may take, 0 = no limit. */
const char *world_render(struct arena *a, const char *text, size_t max);
/* The same with another output than expected printed by cmocka. */
void world_check(const char *text, const char *expected);

/* Data that a query gives: a value of the type from JSON ("" = not there). */
void world_put(const char *id, const struct val_type *t, const char *json);
/* The data as it is, kept until world_clear. */
struct arena *world_arena(void);
void world_put_val(const char *id, struct val v);
void world_clear(void);
/* The queries of the last rendering, "id id ", those held with '!' behind. */
const char *world_asked(void);

#endif
