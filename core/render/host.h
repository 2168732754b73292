// SPDX-License-Identifier: MIT
/* host - the callbacks that have files of their own. */
#ifndef BASEBOX_RENDER_HOST_H
#define BASEBOX_RENDER_HOST_H

#include "render/runner.h"

int host_run(void *ctx, struct arena *a, const char *const *argv,
	     struct str *out, struct err *e);
int host_write_file(void *ctx, const char *path, const char *user,
		    const char *group, unsigned mode, unsigned flags,
		    struct str content, struct err *e);
int host_interfaces(void *ctx, struct arena *a, struct val *out,
		    struct err *e);

/* Replaces what the template's secrets hold in an error text. */
void redact(const struct job *j, struct err *e);

/* A user or group by name or number; -1: `user: unknown user x`. */
int host_user(const char *name, uid_t *uid, struct err *e);
int host_group(const char *name, gid_t *gid, struct err *e);

#endif
