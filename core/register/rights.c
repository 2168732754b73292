// SPDX-License-Identifier: MIT
/* rights.c - may the registrar be another user than root? */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/user.h"
#include "register.h"
#include "runtime.h"

/* May this user do it? What is not there yet is made: then its folder counts. */
static bool allowed(const struct user *u, const char *path, int how)
{
	char p[PATH_MAX], *slash;
	bool ok = false;

	if (strlen(path) >= sizeof(p) || setegid(u->gid) < 0)
		return false;
	memcpy(p, path, strlen(path) + 1);
	if (seteuid(u->uid) == 0) {
		while (!(ok = faccessat(AT_FDCWD, p, how, AT_EACCESS) == 0) &&
		       errno == ENOENT && (slash = strrchr(p, '/')) && slash > p)
			*slash = '\0';
		if (seteuid(0) < 0)
			return false;
	}
	return setegid(0) == 0 && ok;
}

/* The embedded store, the agent's socket, tokens and keys. */
static bool can_work(const struct user *u, const char *store)
{
	static const char *const files[] = {
		"CONSUL_HTTP_TOKEN_FILE", "CONSUL_CACERT",     "CONSUL_CAPATH",
		"CONSUL_CLIENT_CERT",	  "CONSUL_CLIENT_KEY",
	};
	const char *path;

	if (!store)
		store = getenv("BASEBOX_STORE");
	if (!store || !*store)
		store = getenv("CONSUL_HTTP_ADDR");
	for (size_t i = 0; i < COUNT(files); i++)
		if ((path = getenv(files[i])) && *path &&
		    !allowed(u, path, R_OK))
			return false;
	if (store && !strncmp(store, "unix://", 7))
		return allowed(u, store + 7, W_OK);
	return !store || strncmp(store, "dir://", 6) != 0 ||
	       allowed(u, store + 6, W_OK | X_OK);
}

/* What only this program and its like write to: the runtime directory. */
static bool share_runtime(const struct user *u, char dir[PATH_MAX])
{
	return runtime_dir(dir, true, NULL) == 0 &&
	       chown(dir, (uid_t)-1, u->gid) == 0 && chmod(dir, 01775) == 0;
}

int reg_rights(const struct user *u, const char *store, const char *token,
	       char dir[PATH_MAX])
{
	return u->gid == RUNTIME_GID && setgroups(0, NULL) == 0 &&
			       can_work(u, store) &&
			       (!token || allowed(u, token, R_OK)) &&
			       share_runtime(u, dir)
		       ? 0
		       : -1;
}

/* Can it read the definitions again? Those of the environment are no file. */
static bool can_reload(const struct user *u, const struct reg_conf *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!allowed(u, c->services[i].file, R_OK) &&
		    access(c->services[i].file, F_OK) == 0)
			return false;
	return true;
}

int reg_become(const char *name, const char *store, const char *token,
	       const struct reg_conf *c, struct err *e)
{
	char dir[PATH_MAX];
	struct user u;

	if (geteuid() || user_find(name, &u, NULL) <= 0 ||
	    reg_rights(&u, store, token, dir) < 0 || !can_reload(&u, c))
		return 0;
	if (setgid(u.gid) < 0 || setuid(u.uid) < 0 ||
	    setenv("BASEBOX_RUNTIME", dir, 1) < 0)
		return err_set(e, errno, "unable to become user %s", name);
	return 1;
}
