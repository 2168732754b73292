// SPDX-License-Identifier: MIT
/* mem.c - the program's own mapping, found through its ELF header. */
#include "os/mem.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Set by the linker. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

void mem_rest(void)
{
	const char *base = (const char *)&__ehdr_start;
	const ElfW(Phdr) *ph = (const void *)(base + __ehdr_start.e_phoff);
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < __ehdr_start.e_phnum; i++) {
		uintptr_t from, to;

		/* What can be written may have been: it has no other copy. */
		if (ph[i].p_type != PT_LOAD || (ph[i].p_flags & PF_W))
			continue;
		from = (uintptr_t)base + ph[i].p_vaddr;
		to = from + ph[i].p_memsz;
		from &= ~(page - 1);
		to &= ~(page - 1);
		if (from < to)
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
}
