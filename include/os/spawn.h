// SPDX-License-Identifier: MIT
/* spawn - starting a program, with everything the child gets written down as
 * data. The child always has: the signal mask empty and all dispositions at
 * their default (SPAWN_SIGNALS keeps them), and no descriptor above 2 but
 * those listed (SPAWN_FDS_KEEP keeps what is not close-on-exec). Why a start
 * failed comes back through a close-on-exec pipe.
 *
 * Only async-signal-safe calls are made between fork and exec. */
#ifndef BASEBOX_OS_SPAWN_H
#define BASEBOX_OS_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

enum { SPAWN_FDS = 16 }; /* most entries of a descriptor map */

enum spawn_flag {
	SPAWN_SETSID = 1,        /* a session of its own */
	SPAWN_SETPGID = 2,       /* a process group of its own */
	SPAWN_SIGNALS = 4,       /* keep signal mask and dispositions */
	SPAWN_FDS_KEEP = 8,      /* close nothing that is not close-on-exec */
	SPAWN_NEWPIDNS = 16,     /* PID 1 of a new pid namespace */
	SPAWN_IDS = 32,          /* uid, gid and groups are set */
	SPAWN_UMASK = 64,        /* umask is set */
	SPAWN_LOCK = 128,        /* lock and lock_fd are set */
	SPAWN_DEATHSIG = 256,    /* deathsig is set */
	SPAWN_FOREGROUND = 512,  /* its group becomes its terminal's foreground
	                            (0 is the terminal, taken over with
	                            SPAWN_SETSID; never a failure) */
};

/* The child's descriptor `to` is this process's `from`; from = SPAWN_NULL:
 * /dev/null. Maps may overlap freely (swap 1 and 2). 0-2 stay as they are
 * when not listed. */
enum { SPAWN_NULL = -1 };
struct spawn_fd {
	int from;
	int to;
};

/* Zeroed fields mean: as in this process. */
struct spawn {
	const char *path;    /* what is executed; NULL: argv[0], and a name
	                        without slash is looked for in PATH of envp */
	char *const *argv;
	char *const *envp;   /* NULL: environ */
	int cwd;             /* directory descriptor to go to; 0 = stay */
	const char *chdir;   /* then go there; NULL = stay */
	unsigned flags;      /* of enum spawn_flag */
	const struct spawn_fd *fds;
	size_t nfds;         /* at most SPAWN_FDS */
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t ngroups;
	mode_t umask;
	int deathsig;        /* sent to the child when this process dies */
	const char *lock;    /* file made if missing and locked exclusively; the
	                        child waits for the lock before it executes */
	int home;            /* directory descriptor of lock; 0 = its cwd */
	int lock_fd;         /* the child's descriptor of that file */
	const struct rlimit *nofile; /* RLIMIT_NOFILE to restore; NULL = stay */
};

/* Where in the child a start failed. */
enum spawn_stage {
	SPAWN_AT_FORK,
	SPAWN_AT_CHDIR,
	SPAWN_AT_FDS,
	SPAWN_AT_LOCK,
	SPAWN_AT_SESSION,
	SPAWN_AT_IDS,
	SPAWN_AT_EXEC,
};

/* A start under way. */
struct spawn_child {
	pid_t pid;
	int status_fd; /* readable when the outcome is known; the caller's */
	enum spawn_stage stage; /* after a failure: where */
};

/* Forks and returns at once; never vfork. The caller watches c->status_fd
 * and then calls spawn_outcome. On -1 there is no child. */
int spawn_start(const struct spawn *s, struct spawn_child *c, struct err *e)
	MUST_USE;
/* Does not wait. 1: the program runs (or the child was killed before it
 * could); 0: not known yet; -1: it could not be started, e->num is errno, and
 * c->pid will end by itself: it is still to be reaped. Once it is known the
 * caller takes its watch off status_fd, then closes it; in this order, as
 * another child may still hold a copy of the descriptor. */
int spawn_outcome(struct spawn_child *c, struct err *e) MUST_USE;
/* Starts and waits until the program runs. -1: it does not, nothing is left
 * to reap; e->num is errno of the failed step (127 when ENOENT, else 126 is
 * the exit code of this field), e->text "unable to exec NAME: reason". */
int spawn_run(const struct spawn *s, pid_t *pid, struct err *e) MUST_USE;

/* Waits for this child, through EINTR. Returns 0 and *wstat, or -1. */
int spawn_wait(pid_t pid, int *wstat, struct err *e) MUST_USE;

/* execvpe(3) without allocation: a name without slash is looked for in PATH
 * of envp (default "/usr/bin:/bin"); no fall-back to a shell. Returns errno. */
int exec_path(const char *file, char *const *argv, char *const *envp);
/* The same with the directories to look in given: "/usr/bin:/bin". */
int exec_search(const char *path, const char *file, char *const *argv,
		char *const *envp);

#endif
