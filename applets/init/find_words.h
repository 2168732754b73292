// SPDX-License-Identifier: MIT
/* find_words - where the names of this program's applets are found. */
#ifndef APPLETS_INIT_FIND_WORDS_H
#define APPLETS_INIT_FIND_WORDS_H

/* Puts what is missing before PATH. Where there are no links to this program,
 * nothing. */
void find_words(void);

#endif
