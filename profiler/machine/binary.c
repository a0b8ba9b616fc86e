#include "machine/binary.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTIONS_MAX ((size_t)65536)
#define NAMES_MAX    ((size_t)1 << 20)
#define COMMENT_MAX  ((size_t)64 << 10)

/* A descriptor of a regular file, or -1 after filling st. A fifo must not make us wait. */
static int open_regular(const char *path, struct status *st)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        status_fail_errno(st, errno, "cannot open %s", path);
        return -1;
    }
    if (fstat(fd, &info) != 0) {
        status_fail_errno(st, errno, "cannot read %s", path);
    } else if (!S_ISREG(info.st_mode)) {
        status_fail(st, STATUS_DATA, "%s is no regular file", path);
    } else {
        return fd;
    }
    close(fd);
    return -1;
}

bool binary_hash(const char *path, char hex[SHA256_HEX], struct status *st)
{
    unsigned char buffer[16384];
    struct sha256 hash;
    ssize_t got = 0;
    int fd = open_regular(path, st);
    if (fd < 0)
        return false;
    sha256_start(&hash);
    while ((got = read(fd, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR)) {
        if (got > 0)
            sha256_add(&hash, buffer, (size_t)got);
    }
    if (got < 0)
        status_fail_errno(st, errno, "cannot read %s", path);
    close(fd);
    sha256_end(&hash, hex);
    return got == 0;
}

/* `size` bytes at `offset`, malloc'd with a NUL behind them; NULL when there are none. */
static void *read_at(int fd, uint64_t offset, uint64_t size, size_t limit)
{
    if (size == 0 || size > limit || offset > INT64_MAX - size)
        return NULL;
    char *data = calloc(1, size + 1);
    if (data == NULL)
        return NULL;
    for (size_t got = 0; got < size;) {
        ssize_t more = pread(fd, data + got, size - got, (off_t)(offset + got));
        if (more <= 0) {
            free(data);
            return NULL;
        }
        got += (size_t)more;
    }
    return data;
}

static bool is_usable(const Elf64_Ehdr *header)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
           header->e_shentsize == sizeof(Elf64_Shdr) && header->e_shstrndx < header->e_shnum;
}

/* The section .comment; NULL when there is none. *size is its length; the caller frees. */
static char *read_comment(int fd, const Elf64_Ehdr *header, size_t *size)
{
    Elf64_Shdr *sections = read_at(fd, header->e_shoff, header->e_shnum * sizeof *sections,
                                   SECTIONS_MAX * sizeof *sections);
    char *names = NULL, *comment = NULL;
    if (sections == NULL)
        return NULL;
    const Elf64_Shdr *strings = &sections[header->e_shstrndx];
    names = read_at(fd, strings->sh_offset, strings->sh_size, NAMES_MAX);
    for (size_t i = 0; names != NULL && comment == NULL && i < header->e_shnum; i++) {
        const Elf64_Shdr *section = &sections[i];
        if (section->sh_type != SHT_PROGBITS || section->sh_name >= strings->sh_size ||
            strcmp(names + section->sh_name, ".comment") != 0)
            continue;
        comment = read_at(fd, section->sh_offset, section->sh_size, COMMENT_MAX);
        *size = section->sh_size;
    }
    free(names);
    free(sections);
    return comment;
}

bool binary_compilers(const char *path, binary_visit *visit, void *context, struct status *st)
{
    size_t size = 0;
    int fd = open_regular(path, st);
    if (fd < 0)
        return false;
    Elf64_Ehdr *header = read_at(fd, 0, sizeof *header, sizeof *header);
    char *comment = header != NULL && is_usable(header) ? read_comment(fd, header, &size) : NULL;
    for (size_t at = 0; comment != NULL && at < size; at += strlen(comment + at) + 1) {
        if (comment[at] != '\0')
            visit(context, comment + at);
    }
    free(comment);
    free(header);
    close(fd);
    return true;
}
