/* elf_file: the sections of a 64-bit little-endian ELF file, which is not trusted: every offset and size
 * is checked against the file, and all work is bounded. Thread-safe between different files. */
#ifndef PAYOFF_MACHINE_ELF_FILE_H
#define PAYOFF_MACHINE_ELF_FILE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

struct elf_file {
    int fd; /* borrowed */
    Elf64_Shdr *sections;
    size_t section_count;
    size_t names_index; /* of the section with the sections' names; may be none of them */
};

/* Reads the section headers of the open file. False when it is no such file, or has none that can
 * be read; there is nothing to free then. */
bool elf_file_open(int fd, struct elf_file *elf);
void elf_file_close(struct elf_file *elf);

/* What the section holds, malloc'd with a NUL behind it; NULL when that is nothing, more than
 * `limit` bytes, or not all there. */
void *elf_file_section(const struct elf_file *elf, const Elf64_Shdr *section, size_t limit);

#endif
