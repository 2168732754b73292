// SPDX-License-Identifier: MIT
/* json (private) - tokens. Each begins at j->p, is checked, and passed; false
 * after an error, which is kept in the walk. */
#ifndef BASEBOX_CORE_DATA_JSON_INNER_H
#define BASEBOX_CORE_DATA_JSON_INNER_H

#include "data/json.h"

/* The byte at p is wrong in this context. Returns false. */
bool json_bad(struct json_in *j, const char *context);
void json_nomem(struct json_in *j);
/* The byte behind white space, '\0' at the end. */
char json_look(struct json_in *j);
/* A string's value; copied unless it needs no change and copy is false. */
bool json_string(struct json_in *j, struct str *out, bool copy);
/* *plain: the bytes between the quotes are the value. */
bool json_pass_string(struct json_in *j, bool *plain);
bool json_number(struct json_in *j, struct str *out);
/* One of true, false, null. */
bool json_word(struct json_in *j, const char *w);

#endif
