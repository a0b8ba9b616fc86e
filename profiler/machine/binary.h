/* binary: what a program or library on the disk is: the hash of its bytes, and which compilers it
 * says it was made by. Thread-safe; every descriptor is closed before return. */
#ifndef PAYOFF_MACHINE_BINARY_H
#define PAYOFF_MACHINE_BINARY_H

#include "base/sha256.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* SHA-256 of a regular file's bytes. STATUS_NOT_FOUND: there is none; STATUS_SYSTEM: it cannot be
 * read; STATUS_DATA: it is no regular file. */
bool binary_hash(const char *path, char hex[SHA256_HEX], struct status *st);

/* Calls `visit` for each text of the ELF file's .comment section, in which compilers and linkers
 * put their name and version ("GCC: (Debian 12.2.0-14) 12.2.0"). A stripped file, another byte
 * order or a file that is no ELF has none: nothing is called. False only when the file cannot be
 * opened. The text is borrowed until visit returns. */
typedef void binary_visit(void *context, const char *text);
bool binary_compilers(const char *path, binary_visit *visit, void *context, struct status *st);

#endif
