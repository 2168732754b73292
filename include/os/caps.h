// SPDX-License-Identifier: MIT
/* caps - Linux capabilities by name. */
#ifndef BASEBOX_OS_CAPS_H
#define BASEBOX_OS_CAPS_H

#include <stdint.h>

/* Number of "net_bind_service" or "CAP_NET_BIND_SERVICE"; -1 = unknown. */
int cap_number(const char *name);
/* All that have a name here. */
extern const uint64_t cap_all;

#endif
