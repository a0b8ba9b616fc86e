#include "machine/elf_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTIONS_MAX ((size_t)65536)

static void *read_at(int fd, uint64_t offset, uint64_t size, size_t limit)
{
    if (size == 0 || size > limit || offset > INT64_MAX - size)
        return NULL;
    char *data = calloc(1, size + 1);
    if (data == NULL)
        return NULL;
    for (size_t got = 0; got < size;) {
        ssize_t more = pread(fd, data + got, size - got, (off_t)(offset + got));
        if (more < 0 && errno == EINTR)
            continue;
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
           header->e_shentsize == sizeof(Elf64_Shdr);
}

bool elf_file_open(int fd, struct elf_file *elf)
{
    *elf = (struct elf_file){.fd = fd};
    Elf64_Ehdr *header = read_at(fd, 0, sizeof *header, sizeof *header);
    if (header != NULL && is_usable(header)) {
        elf->section_count = header->e_shnum;
        elf->names_index = header->e_shstrndx;
        elf->sections = read_at(fd, header->e_shoff, elf->section_count * sizeof *elf->sections,
                                SECTIONS_MAX * sizeof *elf->sections);
    }
    free(header);
    return elf->sections != NULL;
}

void elf_file_close(struct elf_file *elf)
{
    free(elf->sections);
    elf->sections = NULL;
}

void *elf_file_section(const struct elf_file *elf, const Elf64_Shdr *section, size_t limit)
{
    return read_at(elf->fd, section->sh_offset, section->sh_size, limit);
}
