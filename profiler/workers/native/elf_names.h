/* elf_names: the functions that a shared library exports, to suggest one that was meant.
 *
 * Reads the .dynsym of a 64-bit little-endian ELF file. The file is not trusted: every offset and
 * size in it is checked against the file, and all work is bounded. Thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_ELF_NAMES_H
#define PAYOFF_WORKERS_NATIVE_ELF_NAMES_H

#include <stddef.h>

/* Writes advice about a symbol that `path` does not export, beginning with "; ", or "" when there
 * is none to give (the file cannot be read, is stripped of section headers, exports nothing):
 * "; did you mean 'cpu_intensive'?", "; it exports a, b and 3 more". Printable ASCII. */
void elf_names_advise(const char *path, const char *wanted, char *advice, size_t size);

#endif
