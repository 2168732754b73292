// SPDX-License-Identifier: MIT
/* user - names of users and groups from /etc/passwd and /etc/group, read line
 * by line; no other source is asked. */
#ifndef BASEBOX_OS_USER_H
#define BASEBOX_OS_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

enum { USER_GROUPS = 64 }; /* most supplementary groups that are read */

struct user {
	uid_t uid;
	gid_t gid;
	char home[256];  /* cut when longer */
	char shell[128];
	char name[64];
};

/* 1 = found, 0 = no such user, -1 = the file cannot be read. */
int user_find(const char *name, struct user *u, struct err *e) MUST_USE;
int user_find_uid(uid_t uid, struct user *u, struct err *e) MUST_USE;
/* The groups that list the user as a member, without duplicates (the primary
 * group is among them only if it lists the user); how many, or -1. */
int user_groups(const char *name, gid_t *out, size_t max, struct err *e)
	MUST_USE;
int group_find(const char *name, gid_t *gid, struct err *e) MUST_USE;
int group_find_gid(gid_t gid, char *name, size_t n, struct err *e) MUST_USE;

#endif
