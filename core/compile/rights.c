// SPDX-License-Identifier: MIT
/* rights.c - the registrar runs as user basebox where it can do its work so
 * (reg_rights). Its group may then watch every service, and command those whose
 * on_unhealthy says so. Otherwise it runs as we do. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile/inner.h"
#include "os/fd.h"
#include "os/user.h"
#include "register.h"
#include "runtime.h"
#include "s6/control.h"

void cp_registrar(struct cp *c)
{
	struct cp_node *r = cp_get(c, "register");
	char dir[PATH_MAX];
	struct user u;

	if (!c->o->live || geteuid() || !r ||
	    (!r->is_default && strcmp(r->at.file, r->name) != 0) ||
	    user_find("basebox", &u, NULL) <= 0 ||
	    reg_rights(&u, NULL, NULL, dir) < 0)
		return;
	cp_before(c, r,
		  arena_printf(&c->a,
			       "export BASEBOX_RUNTIME %s "
			       "s6-setuidgid %s",
			       dir, u.name));
	c->registrar = u.gid;
}

void cp_rights(struct cp *c)
{
	if (!c->registrar)
		return;
	for (struct cp_node *n = c->nodes; n; n = n->next) {
		const struct cp_file *f = cp_file(n, "policy/on-unhealthy");
		bool commands = f && f->text &&
				str_prefix(str_of(f->text), STR("restart"));

		c->shared |= f && f->text &&
			     str_prefix(str_of(f->text), STR("stop"));
		if (n->type == CP_LONGRUN && !cp_file(n, "control-group"))
			cp_text(c, n, commands ? "control-group" : "watch-group",
				"%u\n", (unsigned)c->registrar);
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
	fd = openat(out, ".init/exitcode", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || fchown(fd, (uid_t)-1, RUNTIME_GID) < 0 ||
	    fchmod(fd, 0664) < 0)
		return err_set(e, errno, "unable to share .init/exitcode");
	return 0;
}
