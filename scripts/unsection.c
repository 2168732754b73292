// SPDX-License-Identifier: MIT
/* unsection FILE - a stripped ELF executable without the table of its sections,
 * which nothing reads to run it: what is behind the last loaded byte goes. */
#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int stop(const char *file, const char *what)
{
	fprintf(stderr, "unsection: %s: %s\n", file, what);
	return 1;
}

int main(int argc, char **argv)
{
	const char *file = argc == 2 ? argv[1] : "";
	FILE *f = fopen(file, "r+b");
	Elf64_Ehdr h;
	Elf64_Phdr p;
	Elf64_Off end = 0;

	if (!f || fread(&h, sizeof(h), 1, f) != 1)
		return stop(file, "cannot be read");
	if (memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 ||
	    h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_phentsize != sizeof(p))
		return stop(file, "not a 64-bit ELF executable");
	if (fseek(f, (long)h.e_phoff, SEEK_SET) < 0)
		return stop(file, "no program headers");
	for (int i = 0; i < h.e_phnum; i++) {
		if (fread(&p, sizeof(p), 1, f) != 1)
			return stop(file, "no program headers");
		if (p.p_type != PT_NULL && p.p_offset + p.p_filesz > end)
			end = p.p_offset + p.p_filesz;
	}
	h.e_shoff = h.e_shnum = h.e_shstrndx = h.e_shentsize = 0;
	if (end < sizeof(h) || fseek(f, 0, SEEK_SET) < 0 ||
	    fwrite(&h, sizeof(h), 1, f) != 1 || fflush(f) ||
	    ftruncate(fileno(f), (off_t)end) < 0 || fclose(f))
		return stop(file, "cannot be written");
	return 0;
}
