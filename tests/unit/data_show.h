// SPDX-License-Identifier: MIT
/* data_show - values as one line of text, for the tests of the formats. */
#ifndef BASEBOX_TESTS_DATA_SHOW_H
#define BASEBOX_TESTS_DATA_SHOW_H

#include "base.h"
#include "data/value.h"

/* {k=v k2=v2}, [a b], "text", 1, 1.5f, 7u, true, nil; other key types as
 * values. The text lives in the arena. */
const char *data_show(struct arena *a, const struct val *v);

#endif
