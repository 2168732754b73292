// SPDX-License-Identifier: MIT
/* manifest.h - a block of the manifest while it is read. */
#ifndef CORE_COMPILE_MANIFEST_H
#define CORE_COMPILE_MANIFEST_H

#include "compile/inner.h"

/* What a key takes. */
enum m_kind {
	K_COMMAND, /* list of words, or one string of execline */
	K_TEXT, K_TEXTS, K_UMASK, K_MAP, K_NICE, K_OOM, K_BOOL, K_CAPS,
	K_CHOICE, K_READY, K_NAMES, K_COUNT, K_BLOCK, K_DURATION, K_CRON,
	K_LINES, K_SIGNAL, K_CODES,
	K_START, /* a bool whose false is told */
};

/* The keys whose values make the script. */
enum m_slot {
	M_NONE, M_COMMAND, M_FINISH, M_USER, M_GROUP, M_GROUPS, M_DIRECTORY,
	M_UMASK, M_LIMITS, M_NICE, M_OOM, M_NNP, M_CAPS, M_ENV, M_ENV_FROM,
	M_ENV_CHANGE, M_READY, M_REWRITE, M_DEPENDS, M_BEFORE, M_INSTANCES,
	M_LOG, M_EVERY, M_CRON, M_TAIL, M_RATE, M_FORMAT, M_RESTART, M_ESSENTIAL, M_SLOTS,
};

struct manifest {
	struct cp *c;
	const char *file;
	const char *name; /* of the block */
	const char *key;  /* being read, for messages */
	uint64_t seen;    /* keys, one bit each */
	const struct hcl_node *got[M_SLOTS];
	struct cp_node files; /* what each instance gets */
};

struct cp_at m_at(const struct manifest *m, struct hcl_pos pos);
const char *m_text(struct manifest *m, const struct hcl_node *n);
/* A list of strings, or one; NULL-terminated. */
const char **m_texts(struct manifest *m, const struct hcl_node *n);
int64_t m_ms(struct manifest *m, const struct hcl_node *n);

/* chain.c */
/* instance: from 1, 0 = the only one. */
void m_service(struct manifest *m, struct cp_node *n, int64_t instance);
void m_oneshot(struct manifest *m, struct cp_node *n);
void m_cron(struct manifest *m, const struct hcl_node *n);
/* `name` (a service, or a bundle) is to start after `first`. */
void m_before(struct cp *c, const char *name, const char *first,
	      struct cp_at at);

#endif
