// SPDX-License-Identifier: MIT
/* mem - the memory of a process that sleeps for long. */
#ifndef BASEBOX_OS_MEM_H
#define BASEBOX_OS_MEM_H

/* Forgets which pages of the program file are mapped here: start-up touches
 * code that is never needed again, and what is needed comes back from the page
 * cache as it is touched. Nothing is written, nothing can fail. */
void mem_rest(void);

#endif
