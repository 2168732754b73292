// SPDX-License-Identifier: MIT
/* mem.c - the program's own mapping, found through its program headers. */
#include "os/mem.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

/* Set by the linker. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

void mem_rest(void)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	const ElfW(Phdr) *ph = (const void *)getauxval(AT_PHDR);
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < (int)getauxval(AT_PHNUM); i++) {
		uintptr_t from, to;

		/* What can be written may have been: it has no other copy. */
		if (ph[i].p_type != PT_LOAD || (ph[i].p_flags & PF_W))
			continue;
		from = base + ph[i].p_vaddr;
		to = from + ph[i].p_memsz;
		from &= ~(page - 1);
		to &= ~(page - 1);
		if (from < to)
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
}
