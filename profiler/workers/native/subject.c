#include "workers/native/subject.h"

#include "workers/native/clock.h"
#include "workers/native/control.h"
#include "workers/native/elf_names.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static bool fail_open(const char *library, const char *reason, struct status *st)
{
    const char *advice = "";
    if (strchr(library, '/') == NULL)
        advice = " (a name without a slash is searched for in the system's folders; write "
                 "./NAME for a file)";
    else if (strstr(reason, "No such file") != NULL)
        advice = " (has it been built?)";
    else if (strstr(reason, "wrong ELF class") != NULL)
        advice = " (it was built for another word size)";
    else if (strstr(reason, "undefined symbol") != NULL)
        advice = " (link it with the library that has the symbol)";
    else if (strstr(reason, "invalid ELF header") != NULL)
        advice = " (it is no shared library; link it with -shared)";
    return status_fail(st, STATUS_NOT_FOUND, "%s%s", reason, advice);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* dlsym also finds what the library is linked with, and data. Neither is what was meant. */
static bool check_symbol(const struct subject *subject, const struct link_map *map, void *address,
                         const char *symbol, struct status *st)
{
    Dl_info info;
    const ElfW(Sym) *entry = NULL;
    struct link_map *owner = NULL;
    if (dladdr1(address, &info, (void **)&owner, RTLD_DL_LINKMAP) != 0 && owner != map)
        return status_fail(
            st, STATUS_NOT_FOUND,
            "'%s' is not in %s but in %s, which it is linked with: name that library", symbol,
            base_name(subject->file), info.dli_fname);
    if (dladdr1(address, &info, (void **)&entry, RTLD_DL_SYMENT) != 0 && entry != NULL &&
        info.dli_saddr == address && ELF64_ST_TYPE(entry->st_info) == STT_OBJECT)
        return status_fail(st, STATUS_NOT_FOUND, "'%s' in %s is data, not a function", symbol,
                           base_name(subject->file));
    return true;
}

static bool fail_symbol(const struct subject *subject, const char *symbol, struct status *st)
{
    char advice[512];
    elf_names_advise(subject->file, symbol, advice, sizeof advice);
    return status_fail(st, STATUS_NOT_FOUND, "no symbol '%.200s' in %.200s%s", symbol,
                       base_name(subject->file), advice);
}

static bool find_function(struct subject *subject, const char *library, const char *symbol,
                          call_function **function, struct status *st)
{
    int64_t before_ns = clock_now_ns(CLOCK_MONOTONIC);
    subject->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    void *address = subject->library != NULL ? dlsym(subject->library, symbol) : NULL;
    subject->load_ns = clock_now_ns(CLOCK_MONOTONIC) - before_ns;
    if (subject->library == NULL)
        return fail_open(library, dlerror(), st);

    struct link_map *map = NULL;
    if (dlinfo(subject->library, RTLD_DI_LINKMAP, &map) == 0)
        snprintf(subject->file, sizeof subject->file, "%s", map->l_name);
    if (address == NULL)
        return fail_symbol(subject, symbol, st);
    if (!check_symbol(subject, map, address, symbol, st))
        return false;
    memcpy(function, &address, sizeof address); /* POSIX lets a pointer from dlsym be a function */
    return true;
}

/* The one subject that needs no library. */
static bool find_control(struct subject *subject, const char *symbol, call_function **function,
                         struct status *st)
{
    if (strcmp(symbol, "spin") != 0)
        return status_fail(st, STATUS_NOT_FOUND, "%s has one function, spin", CONTROL_LIBRARY);
    int64_t (*spin)(int64_t) = control_spin;
    memcpy(function, &spin, sizeof spin);
    subject->library = dlopen(NULL, RTLD_NOW); /* this program: so that there is one to close */
    return subject->library != NULL || fail_open(CONTROL_LIBRARY, dlerror(), st);
}

bool subject_load(struct subject *subject, const char *library, const char *symbol,
                  const char *text, size_t length, struct status *st)
{
    struct signature signature;
    call_function *function = NULL;
    *subject = (struct subject){0};
    if (!signature_parse(text, length, &signature, st))
        return false;
    bool found = strcmp(library, CONTROL_LIBRARY) == 0
                     ? find_control(subject, symbol, &function, st)
                     : find_function(subject, library, symbol, &function, st);
    if (found && call_init(&subject->call, function, &signature, st))
        return true;
    subject_unload(subject);
    return false;
}

void subject_unload(struct subject *subject)
{
    if (subject->library != NULL)
        dlclose(subject->library); /* what a destructor of the library fails in is not ours */
    subject->library = NULL;
}
