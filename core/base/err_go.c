// SPDX-License-Identifier: MIT
/* err_go - system errors in the words of Go's runtime, which users' scripts
 * and the golden cases know. Source: Go's error table for Linux, as facts. */
#include <errno.h>
#include <string.h>

#include "base/err.h"

static const struct {
	int num;
	const char *text;
} words[] = {
	{EPERM, "operation not permitted"},
	{ENOENT, "no such file or directory"},
	{EIO, "input/output error"},
	{E2BIG, "argument list too long"},
	{ENOEXEC, "exec format error"},
	{EAGAIN, "resource temporarily unavailable"},
	{ENOMEM, "cannot allocate memory"},
	{EACCES, "permission denied"},
	{EBUSY, "device or resource busy"},
	{EEXIST, "file exists"},
	{EXDEV, "invalid cross-device link"},
	{ENOTDIR, "not a directory"},
	{EISDIR, "is a directory"},
	{EINVAL, "invalid argument"},
	{EMFILE, "too many open files"},
	{ETXTBSY, "text file busy"},
	{ENOSPC, "no space left on device"},
	{EROFS, "read-only file system"},
	{EPIPE, "broken pipe"},
	{ENAMETOOLONG, "file name too long"},
	{ENOTEMPTY, "directory not empty"},
	{ELOOP, "too many levels of symbolic links"},
	{ESRCH, "no such process"},
	{EADDRINUSE, "address already in use"},
	{EADDRNOTAVAIL, "cannot assign requested address"},
	{ENETUNREACH, "network is unreachable"},
	{ECONNABORTED, "software caused connection abort"},
	{ECONNRESET, "connection reset by peer"},
	{ETIMEDOUT, "connection timed out"},
	{ECONNREFUSED, "connection refused"},
	{EHOSTUNREACH, "no route to host"},
	{ENOTSUP, "operation not supported"},
};

const char *err_go(int num)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].num == num)
			return words[i].text;
	return strerror(num);
}

/* The words are the libc's, without the capital in front. */
const char *signal_go(int sig, char out[SIGNAL_GO])
{
	const char *s = strsignal(sig);
	size_t n = strnlen(s, SIGNAL_GO - 1);

	memcpy(out, s, n);
	out[n] = '\0';
	if (out[1] >= 'a' && out[1] <= 'z')
		out[0] |= 0x20;
	return out;
}
