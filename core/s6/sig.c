// SPDX-License-Identifier: MIT
/* Signals by name, as s6's tools show them, and the files that name one. */
#include <errno.h>
#include <string.h>

#include "base.h"
#include "os/file.h"
#include "os/signal.h"
#include "s6/sig.h"

const char *sig_name(int sig)
{
	const char *name = signal_name(sig);

	return name ? name : "???";
}

int sig_file(int at, const char *path, int *sig, struct err *e)
{
	char b[16];
	struct err own;

	if (!e)
		e = &own;
	ssize_t n = file_peek(at, path, b, sizeof b - 1, e);
	if (n < 0)
		return e->num == ENOENT ? 0 : -1;
	b[n] = '\0';
	b[strcspn(b, "\n")] = '\0';
	int got = signal_number(b);
	if (!got) {
		err_set(e, 0, "invalid %s", path);
		e->num = EINVAL;
		return -1;
	}
	*sig = got;
	return 1;
}
