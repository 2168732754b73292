// SPDX-License-Identifier: MIT
/* hcl_key - how Consul compares the names of keys. */
#include "data/hcl.h"

bool hcl_key_is(struct str key, const char *name)
{
	size_t i = 0;

	for (;;) {
		while (i < key.n && key.p[i] == '_')
			i++;
		while (*name == '_')
			name++;
		if (i == key.n || !*name)
			return i == key.n && !*name;
		if (ascii_lower((unsigned char)key.p[i]) !=
		    ascii_lower((unsigned char)*name))
			return false;
		i++;
		name++;
	}
}
