#include "workers/native/elf_names.h"

#include "base/nearest.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTIONS_MAX ((size_t)4096)
#define TABLE_MAX    ((size_t)32 << 20) /* bytes of .dynsym and of .dynstr */
#define LISTED_MAX   5

struct table {
    Elf64_Sym *symbols;
    size_t symbol_count;
    char *names; /* ends in a NUL of ours */
    size_t names_size;
};

/* `size` bytes at `offset` of the file, malloc'd with a NUL behind them; NULL when there are none.
 */
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
           header->e_shentsize == sizeof(Elf64_Shdr);
}

static bool read_tables(int fd, struct table *table)
{
    Elf64_Ehdr *header = read_at(fd, 0, sizeof *header, sizeof *header);
    Elf64_Shdr *sections = NULL;
    size_t count = 0;
    if (header != NULL && is_usable(header)) {
        count = header->e_shnum;
        sections =
            read_at(fd, header->e_shoff, count * sizeof *sections, SECTIONS_MAX * sizeof *sections);
    }
    for (size_t i = 0; sections != NULL && i < count; i++) {
        const Elf64_Shdr *section = &sections[i];
        if (section->sh_type != SHT_DYNSYM || section->sh_link >= count)
            continue;
        const Elf64_Shdr *strings = &sections[section->sh_link];
        table->symbol_count = section->sh_size / sizeof *table->symbols;
        table->symbols = read_at(fd, section->sh_offset,
                                 table->symbol_count * sizeof *table->symbols, TABLE_MAX);
        table->names = read_at(fd, strings->sh_offset, strings->sh_size, TABLE_MAX);
        table->names_size = strings->sh_size;
        break;
    }
    free(sections);
    free(header);
    return table->symbols != NULL && table->names != NULL;
}

/* The name of an exported function, or NULL. */
static const char *function_name(const struct table *table, size_t index)
{
    const Elf64_Sym *symbol = &table->symbols[index];
    unsigned type = ELF64_ST_TYPE(symbol->st_info), bind = ELF64_ST_BIND(symbol->st_info);
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_name >= table->names_size ||
        (type != STT_FUNC && type != STT_GNU_IFUNC) || (bind != STB_GLOBAL && bind != STB_WEAK))
        return NULL;
    const char *name = table->names + symbol->st_name;
    if (*name == '\0')
        return NULL;
    for (const char *c = name; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return NULL;
    return name;
}

/* _init and _fini are in every library. */
static bool is_listed(const char *name)
{
    return name != NULL && strcmp(name, "_init") != 0 && strcmp(name, "_fini") != 0;
}

static bool find_nearest(const struct table *table, const char *wanted, struct nearest *nearest)
{
    nearest_start(nearest, wanted);
    for (size_t i = 0; i < table->symbol_count; i++) {
        const char *name = function_name(table, i);
        if (is_listed(name))
            nearest_offer(nearest, name);
    }
    return nearest_found(nearest);
}

/* C++ (_Z) and Rust (_R, _ZN) write the parameters' types or the module's path into the name. */
static const char *find_mangled(const struct table *table, const char *wanted)
{
    for (size_t i = 0; *wanted != '\0' && i < table->symbol_count; i++) {
        const char *name = function_name(table, i);
        if (name != NULL && name[0] == '_' && (name[1] == 'Z' || name[1] == 'R') &&
            strstr(name, wanted) != NULL)
            return name;
    }
    return NULL;
}

static void list_names(const struct table *table, char *advice, size_t size)
{
    size_t listed = 0, used = 0, all = 0;
    for (size_t i = 0; i < table->symbol_count; i++) {
        const char *name = function_name(table, i);
        if (!is_listed(name))
            continue;
        all++;
        if (listed == LISTED_MAX || strlen(name) > 64 || used + 100 > size)
            continue;
        used += (size_t)snprintf(advice + used, size - used, "%s%s",
                                 listed++ == 0 ? "; it exports " : ", ", name);
    }
    if (listed > 0 && all > listed)
        snprintf(advice + used, size - used, " and %zu more", all - listed);
}

void elf_names_advise(const char *path, const char *wanted, char *advice, size_t size)
{
    struct table table = {0};
    advice[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    if (read_tables(fd, &table)) {
        struct nearest nearest;
        const char *mangled;
        if (find_nearest(&table, wanted, &nearest))
            snprintf(advice, size, "; did you mean '%s'?", nearest.name);
        else if ((mangled = find_mangled(&table, wanted)) != NULL)
            snprintf(advice, size,
                     "; it exports '%.200s': declare the function extern \"C\" (in Rust, "
                     "#[no_mangle] extern \"C\") so that it keeps its name",
                     mangled);
        else
            list_names(&table, advice, size);
    }
    free(table.symbols);
    free(table.names);
    close(fd);
}
