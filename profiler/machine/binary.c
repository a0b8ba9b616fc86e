#include "machine/binary.h"

#include "machine/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX   ((size_t)1 << 20)
#define COMMENT_MAX ((size_t)64 << 10)

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

/* The section .comment; NULL when there is none. *size is its length; the caller frees. */
static char *read_comment(const struct elf_file *elf, size_t *size)
{
    char *comment = NULL;
    if (elf->names_index >= elf->section_count)
        return NULL;
    const Elf64_Shdr *strings = &elf->sections[elf->names_index];
    char *names = elf_file_section(elf, strings, NAMES_MAX);
    for (size_t i = 0; names != NULL && comment == NULL && i < elf->section_count; i++) {
        const Elf64_Shdr *section = &elf->sections[i];
        if (section->sh_type != SHT_PROGBITS || section->sh_name >= strings->sh_size ||
            strcmp(names + section->sh_name, ".comment") != 0)
            continue;
        comment = elf_file_section(elf, section, COMMENT_MAX);
        *size = section->sh_size;
    }
    free(names);
    return comment;
}

bool binary_compilers(const char *path, binary_visit *visit, void *context, struct status *st)
{
    size_t size = 0;
    int fd = open_regular(path, st);
    if (fd < 0)
        return false;
    struct elf_file elf;
    char *comment = NULL;
    if (elf_file_open(fd, &elf)) {
        comment = read_comment(&elf, &size);
        elf_file_close(&elf);
    }
    for (size_t at = 0; comment != NULL && at < size; at += strlen(comment + at) + 1) {
        if (comment[at] != '\0')
            visit(context, comment + at);
    }
    free(comment);
    close(fd);
    return true;
}
