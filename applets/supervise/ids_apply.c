// SPDX-License-Identifier: MIT
/* ids_apply - see the header. */
#include "ids_apply.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

#include "applet.h"
#include "os/user.h"

bool ids_number(struct str s, uint32_t *out)
{
	uint64_t v;

	if (!num_u64(s, UINT32_MAX - 1, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool ids_groups(const char *s, struct ids *ids)
{
	struct str rest = str_of(s), part;

	ids->ngroups = 0;
	ids->has_groups = true;
	while (rest.n && str_split(&rest, ',', &part)) {
		uint32_t gid;

		if (!part.n)
			continue;
		if (ids->ngroups == IDS_GROUPS || !ids_number(part, &gid))
			return false;
		ids->groups[ids->ngroups++] = gid;
	}
	return true;
}

static const char *need(const char *name)
{
	const char *v = getenv(name);

	if (!v)
		die(100, "%s not set", name);
	return v;
}

void ids_from_env(struct ids *ids)
{
	if (!ids_number(str_of(need("UID")), &ids->uid))
		die(100, "invalid $%s", "UID");
	if (!ids_number(str_of(need("GID")), &ids->gid))
		die(100, "invalid $%s", "GID");
	if (!ids_groups(need("GIDLIST"), ids))
		die(100, "invalid $%s", "GIDLIST");
}

bool ids_user(const char *name, bool numbers, uint32_t *uid, gid_t *gid)
{
	struct user u;
	struct err e;
	int r = user_find(name, &u, &e);

	if (r > 0) {
		*uid = u.uid;
		*gid = u.gid;
		return true;
	}
	return numbers && ids_number(str_of(name), uid);
}

bool ids_group(const char *name, bool numbers, uint32_t *gid)
{
	return group_find(name, gid, NULL) > 0 ||
	       (numbers && ids_number(str_of(name), gid));
}

static void pair(const char *account, const char *colon, struct ids *ids)
{
	char user[64];
	size_t n = (size_t)(colon - account);
	gid_t primary;

	ids->has_groups = true;
	ids->ngroups = 0;
	if (n < sizeof user) {
		memcpy(user, account, n);
		user[n] = '\0';
		if (ids_user(user, true, &ids->uid, &primary) &&
		    ids_group(colon + 1, true, &ids->gid))
			return;
	}
	applet_usage("s6-applyuidgid");
}

void ids_of_account(const char *account, struct ids *ids)
{
	const char *colon = strchr(account, ':');
	struct err e;
	int n;

	if (colon) {
		pair(account, colon, ids);
		return;
	}
	if (!ids_user(account, false, &ids->uid, &ids->gid))
		die(1, "unknown user: %s", account);
	n = user_groups(account, ids->groups, IDS_GROUPS, &e);
	if (n < 0)
		die(111, "unable to get groups of %s: %s", account, e.text);
	ids->ngroups = (size_t)n;
	ids->has_groups = true;
}

static bool among(gid_t gid, const struct ids *ids)
{
	if (gid == ids->gid || gid == getegid())
		return true;
	for (size_t i = 0; i < ids->ngroups; i++)
		if (ids->groups[i] == gid)
			return true;
	return false;
}

/* No group that was not asked for. */
static bool harmless(const struct ids *ids)
{
	gid_t have[IDS_GROUPS];
	int n = getgroups(IDS_GROUPS, have);

	if (n < 0 || ids->uid != geteuid() || ids->gid != getegid())
		return false;
	while (n)
		if (!among(have[--n], ids))
			return false;
	return true;
}

void ids_apply(const struct ids *ids)
{
	if (ids->has_groups && setgroups(ids->ngroups, ids->groups) < 0 &&
	    (errno != EPERM || !harmless(ids)))
		die_sys(111, EPERM, "unable to set supplementary group list");
	if (ids->gid && setgid(ids->gid) < 0)
		die_sys(111, errno, "unable to setgid");
	if (ids->uid && setuid(ids->uid) < 0)
		die_sys(111, errno, "unable to setuid");
}
