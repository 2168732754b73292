// SPDX-License-Identifier: MIT
/* manifest.c - the HCL manifest. */
#include "compile/inner.h"

void cp_manifest(struct cp *c, const char *dir)
{
	(void)c;
	(void)dir;
}
