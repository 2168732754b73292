// SPDX-License-Identifier: MIT
/* ids_apply - user, groups and supplementary groups: reading them from names,
 * numbers and the environment, and becoming them. */
#ifndef APPLETS_SUPERVISE_IDS_APPLY_H
#define APPLETS_SUPERVISE_IDS_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base.h"

enum { IDS_GROUPS = 256 };

struct ids {
	uid_t uid; /* 0 = stay */
	gid_t gid; /* 0 = stay */
	bool has_groups;
	size_t ngroups;
	gid_t groups[IDS_GROUPS];
};

/* "12" as a uid or gid. */
bool ids_number(struct str s, uint32_t *out);
/* "12,13,14"; "" is none. */
bool ids_groups(const char *s, struct ids *ids);
/* UID, GID and GIDLIST of the environment; dies with 100. */
void ids_from_env(struct ids *ids);
/* The ids of an account: user and primary group of /etc/passwd, and what lists
 * it in /etc/group; dies with 1 when it is unknown. "uid:gid" (numbers or
 * names) has no supplementary groups. */
void ids_of_account(const char *account, struct ids *ids);
/* user and group by name or, with numbers set, by number. false: unknown. */
bool ids_user(const char *name, bool numbers, uint32_t *uid, gid_t *gid);
bool ids_group(const char *name, bool numbers, uint32_t *gid);
/* setgroups, setgid, setuid; dies with 111. A process that may not set its
 * groups passes when it has no others than these. */
void ids_apply(const struct ids *ids);

#endif
