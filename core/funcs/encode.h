// SPDX-License-Identifier: MIT
/* encode - data and hashes to text, for both families of functions. Private
 * to funcs. */
#ifndef BASEBOX_FUNCS_ENCODE_H
#define BASEBOX_FUNCS_ENCODE_H

#include "data/json.h"
#include "funcs/kit.h"

/* The first four are json_print's style. */
enum data_format {
	FORMAT_JSON = 0,
	FORMAT_PRETTY = JSON_PRETTY,
	FORMAT_PLAIN = JSON_PLAIN,
	FORMAT_PLAIN_PRETTY = JSON_PLAIN | JSON_PRETTY,
	FORMAT_YAML,
	FORMAT_TOML,
};

/* Prints to a heap buffer, which is the caller's only on success. */
int print_data(struct tmpl_call *c, const struct val *v, enum data_format f,
	       struct buf *b);
/* hash is an enum crypto_hash. */
int ret_hash(struct tmpl_call *c, int hash, struct str s, struct val *out);

#endif
