// SPDX-License-Identifier: MIT
/* rights.c - the registrar runs as user basebox where it can do its work so:
 * we are root, the image has that user, and what it reads and writes is open to
 * it. Its group may then watch every service, and command those whose
 * on_unhealthy says so. Otherwise it runs as we do. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/fd.h"
#include "os/user.h"
#include "runtime.h"
#include "s6/control.h"

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

/* The embedded store, tokens and keys. */
static bool can_work(const struct user *u)
{
	static const char *const files[] = {
		"CONSUL_HTTP_TOKEN_FILE", "CONSUL_CACERT", "CONSUL_CAPATH",
		"CONSUL_CLIENT_CERT", "CONSUL_CLIENT_KEY",
	};
	const char *store = getenv("BASEBOX_STORE"), *path;

	if (!store || !*store)
		store = getenv("CONSUL_HTTP_ADDR");
	for (size_t i = 0; i < COUNT(files); i++)
		if ((path = getenv(files[i])) && *path &&
		    !allowed(u, path, R_OK))
			return false;
	return !store || strncmp(store, "dir://", 6) != 0 ||
	       allowed(u, store + 6, W_OK | X_OK);
}

/* What only this program and its like write to: the runtime directory. */
static bool share_runtime(const struct user *u, char dir[PATH_MAX])
{
	return runtime_dir(dir, true, NULL) == 0 &&
	       chown(dir, (uid_t)-1, u->gid) == 0 && chmod(dir, 01775) == 0;
}

void cp_rights(struct cp *c)
{
	struct cp_node *r = cp_get(c, "register");
	char dir[PATH_MAX];
	struct user u;

	if (!c->o->live || geteuid() || !r ||
	    (!r->is_default && strcmp(r->at.file, r->name) != 0) ||
	    user_find("basebox", &u, NULL) <= 0 || u.gid != RUNTIME_GID ||
	    setgroups(0, NULL) < 0 || !can_work(&u) || !share_runtime(&u, dir))
		return;
	cp_before(c, r, arena_printf(&c->a, "export BASEBOX_RUNTIME %s "
				     "s6-setuidgid %s", dir, u.name));
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		const struct cp_file *f = cp_file(n, "policy/on-unhealthy");
		bool commands = f && f->text && str_prefix(str_of(f->text),
							   STR("restart"));

		c->shared |= f && f->text &&
			     str_prefix(str_of(f->text), STR("stop"));
		if (n->type == CP_LONGRUN && !cp_file(n, "control-group"))
			cp_text(c, n, commands ? "control-group" : "watch-group",
				"%u\n", (unsigned)u.gid);
	}
}

/* on_unhealthy = "stop-container" leaves a code and tells init. */
int cp_share(int out, struct err *e)
{
	int FD_AUTO fd = -1;

	if ((mkdirat(out, ".s6-svscan", 0700) < 0 && errno != EEXIST) ||
	    fchownat(out, ".s6-svscan", (uid_t)-1, RUNTIME_GID, 0) < 0 ||
	    fchmodat(out, ".s6-svscan", 0710, 0) < 0 ||
	    (mkfifoat(out, S6_SCAN_CONTROL, 0600) < 0 && errno != EEXIST) ||
	    fchownat(out, S6_SCAN_CONTROL, (uid_t)-1, RUNTIME_GID, 0) < 0 ||
	    fchmodat(out, S6_SCAN_CONTROL, 0620, 0) < 0)
		return err_set(e, errno, "unable to share .s6-svscan");
	fd = openat(out, ".init/exitcode", O_WRONLY | O_CREAT | O_CLOEXEC,
		    0644);
	if (fd < 0 || fchown(fd, (uid_t)-1, RUNTIME_GID) < 0 ||
	    fchmod(fd, 0664) < 0)
		return err_set(e, errno, "unable to share .init/exitcode");
	return 0;
}
