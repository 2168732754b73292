// SPDX-License-Identifier: MIT
/* Any bytes as supervise/status and as a death tally: what is unpacked packs
 * to the same bytes where the format has no spare bits, and files of any size
 * are read or refused, never more. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "s6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file, by its name below /proc. */
static int as_file(const uint8_t *data, size_t size, char path[64])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void status(const uint8_t *data, size_t size, const char *path)
{
	unsigned char again[S6_STATUS_SIZE];
	struct s6_status st, second;
	struct err e;

	if (s6_status_read(AT_FDCWD, path, &st, &e) < 0) {
		if (size >= S6_STATUS_SIZE)
			abort();
		return;
	}
	if (size < S6_STATUS_SIZE)
		abort();
	s6_status_pack(again, &st);
	/* bytes 0-23 stamps, 32-33 wait status; the pid is cut to pid_t and
	 * of the flags four are known */
	if (memcmp(again, data, 24) || memcmp(again + 32, data + 32, 2) ||
	    again[34] != (data[34] & 15))
		abort();
	s6_status_unpack(&second, again);
	if (second.pid != st.pid || second.wstat != st.wstat)
		abort();
}

static void tally(const uint8_t *data, size_t size, const char *path)
{
	static struct s6_death d[S6_TALLY_MAX];
	unsigned char again[S6_DEATH_SIZE];
	struct err e;
	int n = s6_tally_read(AT_FDCWD, path, d, S6_TALLY_MAX, &e);

	if (n < 0)
		return;
	if (size % S6_DEATH_SIZE ? n != 0
				 : size / S6_DEATH_SIZE < S6_TALLY_MAX &&
					   (size_t)n != size / S6_DEATH_SIZE)
		abort();
	for (int i = 0; i < n && size / S6_DEATH_SIZE < S6_TALLY_MAX; i++) {
		s6_death_pack(again, &d[i]);
		if (memcmp(again, data + (size_t)i * S6_DEATH_SIZE,
			   S6_DEATH_SIZE) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = as_file(data, size, path);

	status(data, size, path);
	tally(data, size, path);
	close(fd);
	return 0;
}
