#include "store/companion.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The end of a journal that names another file: its name, the name's length and checksum, eight bytes
 * of magic. */
enum { TRAILER = 16, TRAILER_MAGIC = 8 };

static char *companion_name(const char *path, const char *suffix)
{
    char *name = NULL;
    return asprintf(&name, "%s%s", path, suffix) < 0 ? NULL : name;
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Whether or not SQLite would find the rest of it in order. */
static bool check_trailer(int fd, off_t size, const char *name, struct status *st)
{
    static const unsigned char magic[TRAILER_MAGIC] = {0xd9, 0xd5, 0x05, 0xf9,
                                                       0x20, 0xa1, 0x63, 0xd7};
    unsigned char trailer[TRAILER];
    if (size < (off_t)sizeof trailer)
        return true;
    ssize_t got = 0;
    do {
        got = pread(fd, trailer, sizeof trailer, size - (off_t)sizeof trailer);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return status_fail_errno(st, errno, "cannot read %s", name);
    if (got != (ssize_t)sizeof trailer)
        return status_fail(st, STATUS_DATA, "%s changes while it is read", name);
    if (big_endian(trailer) == 0 || memcmp(trailer + TRAILER_MAGIC, magic, sizeof magic) != 0)
        return true;
    return status_fail(st, STATUS_DATA,
                       "%s is not payoff's: it undoes a change of several files, and would have "
                       "another one removed; remove it, or do not use this store",
                       name);
}

static bool check_journal(const char *name, struct status *st)
{
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) /* gone since, or not ours to read: not SQLite's either */
        return errno == ENOENT || errno == EACCES ||
               status_fail_errno(st, errno, "cannot open %s", name);
    struct stat info;
    bool ok = fstat(fd, &info) == 0 ? check_trailer(fd, info.st_size, name, st)
                                    : status_fail_errno(st, errno, "cannot look at %s", name);
    close(fd);
    return ok;
}

static bool check_one(const char *path, const char *suffix, struct status *st)
{
    char *name = companion_name(path, suffix);
    if (name == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory");
    struct stat info;
    bool ok = true;
    if (lstat(name, &info) != 0)
        ok = errno == ENOENT || status_fail_errno(st, errno, "cannot look at %s", name);
    else if (!S_ISREG(info.st_mode))
        ok = status_fail(st, STATUS_DATA, "%s is no regular file, as it is beside a store", name);
    else if (strcmp(suffix, "-journal") == 0)
        ok = check_journal(name, st);
    free(name);
    return ok;
}

bool companion_check(const char *path, struct status *st)
{
    /* They lie beside what a link points to. */
    char *real = realpath(path, NULL);
    if (real == NULL)
        return status_fail_errno(st, errno, "cannot open the store %s", path);
    bool ok = check_one(real, "-journal", st) && check_one(real, "-wal", st) &&
              check_one(real, "-shm", st);
    free(real);
    return ok;
}

/* Without memory to find out, yes: the caller stays on the safe side. errno is left to what failed
 * before. */
static bool has_bytes(const char *path, const char *suffix, off_t least)
{
    int before = errno;
    char *real = realpath(path, NULL);
    char *name = real != NULL ? companion_name(real, suffix) : NULL;
    struct stat info;
    bool found = name == NULL || (stat(name, &info) == 0 && info.st_size >= least);
    free(name);
    free(real);
    errno = before;
    return found;
}

bool companion_is_open(const char *path)
{
    return has_bytes(path, "-wal", 0);
}

bool companion_has_log(const char *path)
{
    return has_bytes(path, "-wal", 1);
}

bool companion_has_journal(const char *path)
{
    return has_bytes(path, "-journal", 1);
}
