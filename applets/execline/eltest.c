// SPDX-License-Identifier: MIT
/* eltest - evaluate an expression
 *
 * usage: eltest expression...
 *
 *  -n S  -z S  not empty, empty    S1 = S2  also != < >
 *  S =~ RE  matches the regular expression
 *  N1 -eq N2  also -ne -lt -le -gt -ge
 *  -e F  exists; -f file -d folder -L -h link -p FIFO -S socket -b block or
 *       -c character device; -r -w -x permitted; -s not empty; -u -g -k set-id
 *       and sticky bits; -O -U -G own user, own group; -N modified since read
 *  F1 -nt F2  newer; -ot older; -ef the same file
 *  -t FD  is a terminal            -v VAR  is set
 *  ! E   E1 -a E2   E1 -o E2   ( E )
 * A word that begins with a backslash is never an operator.
 *
 * Exit: 0 true, 1 false, 100 wrong expression, 111 system call failed.
 * See: https://skarnet.org/software/execline/eltest.html
 * Help: own
 * Fds: own
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "regex.h"

enum op {
	NONE,
	NOT, OPEN, CLOSE, AND, OR,
	/* one operand */
	NONEMPTY, EMPTY, EXISTS, FILE_, DIR_, LINK, FIFO, SOCKET, BLOCK, CHAR,
	READ, WRITE, EXEC, SIZE, SETUID, SETGID, STICKY, OWNER, GROUP, MODIFIED,
	TTY, VAR,
	/* two */
	EQ, NE, LT, GT, MATCH, N_EQ, N_NE, N_LT, N_LE, N_GT, N_GE, NEWER, OLDER,
	SAME,
};

static const struct {
	char name[4];
	unsigned char op;
} ops[] = {
	{"!", NOT}, {"(", OPEN}, {")", CLOSE}, {"-a", AND}, {"-o", OR},
	{"-n", NONEMPTY}, {"-z", EMPTY}, {"-e", EXISTS}, {"-f", FILE_},
	{"-d", DIR_}, {"-L", LINK}, {"-h", LINK}, {"-p", FIFO}, {"-S", SOCKET},
	{"-b", BLOCK}, {"-c", CHAR}, {"-r", READ}, {"-w", WRITE}, {"-x", EXEC},
	{"-s", SIZE}, {"-u", SETUID}, {"-g", SETGID}, {"-k", STICKY},
	{"-O", OWNER}, {"-U", OWNER}, {"-G", GROUP}, {"-N", MODIFIED},
	{"-t", TTY}, {"-v", VAR}, {"=", EQ}, {"!=", NE}, {"<", LT}, {">", GT},
	{"=~", MATCH}, {"-eq", N_EQ}, {"-ne", N_NE}, {"-lt", N_LT},
	{"-le", N_LE}, {"-gt", N_GT}, {"-ge", N_GE}, {"-nt", NEWER},
	{"-ot", OLDER}, {"-ef", SAME},
};

enum { DEPTH = 1000 };

struct parser {
	char **argv, **at;
	unsigned depth;
};

NORETURN static void wrong(const struct parser *p)
{
	die(100, "parse error at argument %d", (int)(p->at - p->argv));
}

static enum op op_of(const char *s)
{
	for (size_t i = 0; s && i < COUNT(ops); i++)
		if (!strncmp(ops[i].name, s, sizeof ops[i].name) &&
		    strlen(s) < sizeof ops[i].name)
			return (enum op)ops[i].op;
	return NONE;
}

static const char *operand(struct parser *p)
{
	const char *s = *p->at;

	if (!s || op_of(s) != NONE)
		wrong(p);
	p->at++;
	return s + (*s == '\\');
}

static int64_t integer(const char *s, const char *op)
{
	const char *d = s + (*s == '-' || *s == '+');

	if (!*d || d[strspn(d, "0123456789")])
		die(100, "%s requires integer arguments", op);
	return strtoll(s, NULL, 10);
}

static bool after(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/* flat switch */
static bool test_file(enum op op, const char *path)
{
	struct stat st;

	if ((op == LINK ? lstat(path, &st) : stat(path, &st)) < 0)
		return false;
	switch ((int)op) {
	case FILE_: return S_ISREG(st.st_mode);
	case DIR_: return S_ISDIR(st.st_mode);
	case LINK: return S_ISLNK(st.st_mode);
	case FIFO: return S_ISFIFO(st.st_mode);
	case SOCKET: return S_ISSOCK(st.st_mode);
	case BLOCK: return S_ISBLK(st.st_mode);
	case CHAR: return S_ISCHR(st.st_mode);
	case SIZE: return st.st_size > 0;
	case SETUID: return st.st_mode & S_ISUID;
	case SETGID: return st.st_mode & S_ISGID;
	case STICKY: return st.st_mode & S_ISVTX;
	case OWNER: return st.st_uid == geteuid();
	case GROUP: return st.st_gid == getegid();
	case MODIFIED: return after(st.st_mtim, st.st_atim);
	default: return true;
	}
}

static bool test_one(enum op op, const char *s)
{
	switch ((int)op) {
	case NONEMPTY: return *s;
	case EMPTY: return !*s;
	case READ: return faccessat(AT_FDCWD, s, R_OK, AT_EACCESS) == 0;
	case WRITE: return faccessat(AT_FDCWD, s, W_OK, AT_EACCESS) == 0;
	case EXEC: return faccessat(AT_FDCWD, s, X_OK, AT_EACCESS) == 0;
	case TTY: return isatty((int)integer(s, "-t"));
	case VAR: return getenv(s);
	default: return test_file(op, s);
	}
}

static bool match(const char *s, const char *pattern)
{
	struct regex *re;
	struct err e;
	int r;

	if (el_regex(&re, pattern, 0, &e) < 0)
		die(100, "unable to regcomp %s: %s", pattern, e.text);
	r = regex_match(re, str_of(s), &e);
	regex_free(re);
	if (r < 0)
		die(111, "%s", e.text);
	return r;
}

static bool test_files(enum op op, const char *a, const char *b)
{
	struct stat x, y;
	bool is_a = stat(a, &x) == 0, is_b = stat(b, &y) == 0;

	if (op == SAME)
		return is_a && is_b && x.st_dev == y.st_dev &&
		       x.st_ino == y.st_ino;
	if (!is_a || !is_b)
		return op == NEWER ? is_a : is_b;
	return op == NEWER ? after(x.st_mtim, y.st_mtim)
			   : after(y.st_mtim, x.st_mtim);
}

static bool test_two(enum op op, const char *name, const char *a, const char *b)
{
	int c = strcmp(a, b);
	int64_t x, y;

	switch ((int)op) {
	case EQ: return !c;
	case NE: return c;
	case LT: return c < 0;
	case GT: return c > 0;
	case MATCH: return match(a, b);
	case NEWER: case OLDER: case SAME: return test_files(op, a, b);
	default: break;
	}
	x = integer(a, name);
	y = integer(b, name);
	switch ((int)op) {
	case N_EQ: return x == y;
	case N_NE: return x != y;
	case N_LT: return x < y;
	case N_LE: return x <= y;
	case N_GT: return x > y;
	default: return x >= y;
	}
}

static bool either(struct parser *p, bool live);

/* live = false: only the syntax counts. */
static bool primary(struct parser *p, bool live)
{
	enum op op = op_of(*p->at);
	const char *a, *b, *name;
	bool r;

	if (op == NOT) {
		p->at++;
		return !primary(p, live);
	}
	if (op == OPEN) {
		p->at++;
		if (++p->depth > DEPTH)
			wrong(p);
		r = either(p, live);
		p->depth--;
		if (op_of(*p->at) != CLOSE)
			wrong(p);
		p->at++;
		return r;
	}
	if (op >= NONEMPTY && op <= VAR) {
		p->at++;
		a = operand(p);
		return live && test_one(op, a);
	}
	a = operand(p);
	name = *p->at;
	op = op_of(name);
	if (op < EQ)
		return *a;
	p->at++;
	b = operand(p);
	return live && test_two(op, name, a, b);
}

static bool both(struct parser *p, bool live)
{
	bool r = primary(p, live);

	while (op_of(*p->at) == AND) {
		p->at++;
		bool next = primary(p, live && r);
		r = r && next;
	}
	return r;
}

static bool either(struct parser *p, bool live)
{
	bool r = both(p, live);

	while (op_of(*p->at) == OR) {
		p->at++;
		bool next = both(p, live && !r);
		r = r || next;
	}
	return r;
}

int eltest_main(int argc UNUSED, char **argv)
{
	struct parser p = {argv + 1, argv + 1, 0};
	bool r;

	say_prog("eltest");
	if (!argv[1])
		return 1;
	r = either(&p, true);
	if (*p.at)
		wrong(&p);
	return !r;
}
