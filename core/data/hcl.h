// SPDX-License-Identifier: MIT
/* hcl (private) - tokens and the scanner that both dialects share. */
#ifndef BASEBOX_CORE_DATA_HCL_H
#define BASEBOX_CORE_DATA_HCL_H

#include "data/hcl.h"

enum hcl_tok {
	TOK_ILLEGAL,
	TOK_EOF,
	TOK_COMMENT,
	TOK_IDENT,
	TOK_NUMBER,
	TOK_FLOAT,
	TOK_BOOL,
	TOK_NULL,
	TOK_STRING,
	TOK_HEREDOC,
	TOK_LBRACK,
	TOK_LBRACE,
	TOK_COMMA,
	TOK_PERIOD,
	TOK_RBRACK,
	TOK_RBRACE,
	TOK_ASSIGN,
	TOK_COLON,
	TOK_ADD,
	TOK_SUB,
};

struct hcl_token {
	enum hcl_tok type;
	struct hcl_pos pos;
	struct str text; /* as written, quotes included */
};

/* Where the scanner stands: bytes read, and the position of the last rune. */
struct hcl_place {
	size_t off;
	struct hcl_pos pos;
};

struct hcl_scan {
	struct str src;
	bool json;
	struct hcl_place at, prev; /* prev: before the last rune */
	size_t last;               /* bytes of the last rune */
	uint32_t last_line;        /* columns of the line before */
	bool failed;               /* of several errors the last is told */
	struct hcl_pos err_pos;
	const char *err;
	struct str err_char; /* told behind it */
};

void hcl_scan_init(struct hcl_scan *s, struct str src, bool json);
struct hcl_token hcl_scan_next(struct hcl_scan *s);
const char *hcl_tok_name(enum hcl_tok t);

/* The value of a STRING token; false when it is malformed. */
bool hcl_unquote(struct arena *a, struct str text, bool json, struct str *out);
struct str hcl_heredoc(struct arena *a, struct str text);

#endif
