// SPDX-License-Identifier: MIT
/* def - what the readers of definitions share. */
#ifndef CORE_REGISTER_DEF_H
#define CORE_REGISTER_DEF_H

#include "register.h"

/* The reading of one source; s is the service at hand (often `now`). */
struct def {
	struct reg_conf *conf;
	struct reg_lint *lint;
	struct reg_service *s, now;
	struct reg_check check[REG_CHECKS]; /* of s */
	size_t ncheck;
};

/* enable_tag_override -> EnableTagOverride; id -> ID. */
struct str reg_camel(struct arena *a, struct str key);
void reg_take_check(struct def *d, const struct hcl_node *n);
/* Adds the service with the checks gathered. */
void reg_conf_add(struct def *d, struct reg_service *s);

#endif
