// SPDX-License-Identifier: MIT
/* supervise/status, 35 bytes, big-endian, the same since s6 2.6:
 *
 *   offset size  field
 *        0   12  stamp, TAI64N: last start or death of run
 *       12   12  ready stamp, TAI64N: last readiness or end of finish
 *       24    8  pid of run, or of finish while it runs; 0 = none
 *       32    2  wait status of the last run (finish leaves it alone)
 *       34    1  flags: 1 paused, 2 finishing, 4 want-up, 8 ready
 *
 * "paused" with pid 0 means: not started yet (s6 2.13.2 and later; older
 * readers show an ordinary "down").
 *
 * Source: s6's s6-svstatus.h and s6_svstatus_pack.c, as facts. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base.h"
#include "os/file.h"
#include "s6/status.h"

enum {
	AT_STAMP = 0,
	AT_READY = 12,
	AT_PID = 24,
	AT_WSTAT = 32,
	AT_FLAGS = 34,
	PAUSED = 1,
	FINISHING = 2,
	WANT_UP = 4,
	READY = 8,
};

bool s6_status_up(const struct s6_status *s)
{
	return s->pid && !s->finishing;
}

bool s6_status_fresh(const struct s6_status *s)
{
	return !s->pid && s->paused;
}

void s6_status_pack(unsigned char out[S6_STATUS_SIZE],
		    const struct s6_status *s)
{
	uint64_t pid = (uint64_t)s->pid;

	tai_pack(out + AT_STAMP, &s->stamp);
	tai_pack(out + AT_READY, &s->ready_stamp);
	for (int i = 0; i < 8; i++)
		out[AT_PID + i] = (unsigned char)(pid >> (56 - 8 * i));
	out[AT_WSTAT] = (unsigned char)(s->wstat >> 8);
	out[AT_WSTAT + 1] = (unsigned char)s->wstat;
	out[AT_FLAGS] = (unsigned char)((s->paused ? PAUSED : 0) |
					(s->finishing ? FINISHING : 0) |
					(s->want_up ? WANT_UP : 0) |
					(s->ready ? READY : 0));
}

void s6_status_unpack(struct s6_status *s,
		      const unsigned char in[S6_STATUS_SIZE])
{
	uint64_t pid = 0;

	tai_unpack(&s->stamp, in + AT_STAMP);
	tai_unpack(&s->ready_stamp, in + AT_READY);
	for (int i = 0; i < 8; i++)
		pid = pid << 8 | in[AT_PID + i];
	s->pid = (pid_t)pid;
	s->wstat = (uint16_t)(in[AT_WSTAT] << 8 | in[AT_WSTAT + 1]);
	s->paused = in[AT_FLAGS] & PAUSED;
	s->finishing = in[AT_FLAGS] & FINISHING;
	s->want_up = in[AT_FLAGS] & WANT_UP;
	s->ready = in[AT_FLAGS] & READY;
}

int s6_status_read(int at, const char *path, struct s6_status *s,
		   struct err *e)
{
	unsigned char b[S6_STATUS_SIZE];
	ssize_t n = file_peek(at, path, b, sizeof b, e);

	if (n < 0)
		return -1;
	if (n < S6_STATUS_SIZE)
		return err_set(e, EPIPE, "unable to read %s", path);
	s6_status_unpack(s, b);
	return 0;
}

int s6_status_write(int at, const char *path, const struct s6_status *s,
		    struct err *e)
{
	unsigned char b[S6_STATUS_SIZE];
	char temp[PATH_MAX];
	struct file_how how = {.flags = FILE_MODE, .mode = 0644, .temp = temp};

	if (snprintf(temp, sizeof temp, "%s.new", path) >= (int)sizeof temp)
		return err_set(e, ENAMETOOLONG, "unable to write %s", path);
	s6_status_pack(b, s);
	return file_replace(at, path, b, sizeof b, &how, e);
}
