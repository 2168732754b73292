// SPDX-License-Identifier: MIT
/* execline - what chain-loading commands share: going on to the rest of the
 * command line, blocks, children, substitution, the script's lexer. These
 * calls belong to one-shot commands: where nothing sensible can be done they
 * print `PROG: fatal: ...` and exit as the originals do. */
#ifndef BASEBOX_EXECLINE_H
#define BASEBOX_EXECLINE_H

#include "execline/chain.h"
#include "execline/lex.h"
#include "execline/subst.h"
#include "execline/frame.h"
#include "execline/loop.h"
#include "execline/match.h"

#endif
