// SPDX-License-Identifier: MIT
/* overlay.c - s6-overlay's tree. */
#include "compile/inner.h"

void cp_overlay(struct cp *c)
{
	(void)c;
}
