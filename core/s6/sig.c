// SPDX-License-Identifier: MIT
/* Signal names: those that s6's library knows, and its spellings. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "s6/sig.h"
#include "s6/read.h"

static const struct {
	uint8_t num;
	char name[7];
} names[] = {
	{SIGABRT, "ABRT"}, {SIGALRM, "ALRM"},	  {SIGBUS, "BUS"},
	{SIGCHLD, "CHLD"}, {SIGCONT, "CONT"},	  {SIGFPE, "FPE"},
	{SIGHUP, "HUP"},   {SIGILL, "ILL"},	  {SIGINT, "INT"},
	{SIGKILL, "KILL"}, {SIGPIPE, "PIPE"},	  {SIGQUIT, "QUIT"},
	{SIGSEGV, "SEGV"}, {SIGSTOP, "STOP"},	  {SIGTERM, "TERM"},
	{SIGTSTP, "TSTP"}, {SIGTTIN, "TTIN"},	  {SIGTTOU, "TTOU"},
	{SIGUSR1, "USR1"}, {SIGUSR2, "USR2"},	  {SIGPOLL, "POLL"},
	{SIGPROF, "PROF"}, {SIGSYS, "SYS"},	  {SIGTRAP, "TRAP"},
	{SIGURG, "URG"},   {SIGVTALRM, "VTALRM"}, {SIGXCPU, "XCPU"},
	{SIGXFSZ, "XFSZ"}, {SIGSTKFLT, "STKFLT"}, {SIGWINCH, "WINCH"},
	{SIGPWR, "PWR"},
	/* only understood: */
	{SIGABRT, "IOT"},  {SIGPOLL, "IO"},	  {SIGCHLD, "CLD"},
};

const char *sig_name(int sig)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].num == sig)
			return names[i].name;
	return "???";
}

int sig_number(const char *text)
{
	uint64_t num;

	if (num_arg(text, SIGRTMAX, &num))
		return (int)num;
	struct str s = str_of(text);
	if (str_ieq(str_cut(s, 0, 3), STR("SIG")))
		s = str_cut(s, 3, s.n);
	for (size_t i = 0; i < COUNT(names); i++)
		if (str_ieq(s, str_of(names[i].name)))
			return names[i].num;
	return 0;
}

int sig_file(int at, const char *path, int *sig, struct err *e)
{
	char b[16];
	ssize_t n = s6_read_small(at, path, b, sizeof b - 1, e);

	if (n <= 0 && (n || errno == ENOENT))
		return (int)n;
	b[n] = '\0';
	b[strcspn(b, "\n")] = '\0';
	int got = sig_number(b);
	if (!got) {
		err_set(e, 0, "invalid %s", path);
		if (e)
			e->num = EINVAL;
		return -1;
	}
	*sig = got;
	return 1;
}
