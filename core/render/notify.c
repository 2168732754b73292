// SPDX-License-Identifier: MIT
/* notify - readiness: READY=1 to systemd's socket, as often as the original
 * says it, and one newline to the notification descriptor of an s6 service. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/fd.h"
#include "render/runner.h"

static void tell_systemd(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	int FD_AUTO fd = -1;

	if (n >= sizeof(a.sun_path))
		return;
	memcpy(a.sun_path, path, n);
	if (a.sun_path[0] == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    sendto(fd, "READY=1", 7, MSG_NOSIGNAL, (void *)&a,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_warn("runner", "failed to signal readiness to systemd: %s",
			 err_go(errno));
}

void notify_ready(struct runner *r)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (path && *path)
		tell_systemd(path);
	if (r->conf->notify_fd >= 0 && !*r->told_fd) {
		*r->told_fd = true;
		(void)!write(r->conf->notify_fd, "\n", 1);
		close(r->conf->notify_fd);
	}
}
