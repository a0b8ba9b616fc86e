/* failpoint: loaded before payoff's libraries (LD_PRELOAD), lets one call of a kind fail.
 *
 *   PAYOFF_FAILPOINT="LOG count"                    logs every call that could fail
 *   PAYOFF_FAILPOINT="LOG fail KIND N TIMES ERRNO"  from the N-th call of KIND on, TIMES calls fail
 *
 * KIND is a name of KINDS; "child-NAME" are the calls of a child of payoff that is not another
 * program yet. ERRNO 0 is no failure: reads and writes do half of what they are asked. Only payoff
 * itself is meant: the variables are taken out of the environment, so that nothing it starts is
 * counted. LOG is a file of this very layout, shared by payoff and such children; the driver makes
 * it and reads it (test_failpoints.py). Calls within the C library cannot be caught, but for those
 * of its allocator. */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failpoint.h"

static const char *const kind_names[] = {
#define KIND_NAME(name) #name,
    KINDS(KIND_NAME)};

enum { FRAMES = 14 };

static struct failpoint_log *shared_log;
static pid_t main_pid;
static bool counting, wanted_child;
static enum kind wanted_kind = KIND_COUNT;
static uint64_t wanted_from, wanted_times;
static int wanted_errno;
static _Thread_local bool within; /* a call that failpoint itself makes */

/* An address, until the library that it is in is found; then where it is there. */
struct place {
    uintptr_t address;
    uint64_t library;
};

static int find_place(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct place *place = data;
    place->library++;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_LOAD && place->address - begin < part->p_memsz) {
            place->address -= info->dlpi_addr;
            return 1;
        }
    }
    return 0;
}

/* The same in every run of a build, wherever its libraries happen to be loaded. */
static uint64_t stack_hash(void)
{
    void *frames[FRAMES];
    int count = backtrace(frames, FRAMES);
    uint64_t hash = 14695981039346656037U;
    for (int i = 0; i < count; i++) {
        struct place place = {.address = (uintptr_t)frames[i]};
        dl_iterate_phdr(find_place, &place);
        hash = (hash ^ place.address ^ place.library << 48) * 1099511628211U;
    }
    return hash;
}

static void log_call(enum kind kind, bool child, uint64_t number)
{
    uint64_t slot = atomic_fetch_add(&shared_log->calls, 1);
    if (slot >= FAILPOINT_CALLS)
        return;
    int error = errno;
    shared_log->call[slot] = (struct failpoint_call){
        .kind = (uint32_t)kind, .child = child, .number = number, .stack = stack_hash()};
    errno = error;
}

/* Counts the call, and says whether it is to fail; errno is set then. */
bool failpoint_hit(enum kind kind)
{
    if (shared_log == NULL || within)
        return false;
    within = true;
    bool child = syscall(SYS_getpid) != main_pid, hit = false;
    uint64_t number = atomic_fetch_add(&shared_log->counts[child][kind], 1) + 1;
    if (counting)
        log_call(kind, child, number);
    else if (kind == wanted_kind && child == wanted_child && number >= wanted_from &&
             number - wanted_from < wanted_times) {
        atomic_fetch_add(&shared_log->fired, 1);
        hit = true;
    }
    within = false;
    if (hit)
        errno = wanted_errno;
    return hit;
}

/* The size to do of what was asked, where a call is to be short rather than to fail. */
bool failpoint_short(size_t *size)
{
    if (wanted_errno == 0 && *size > 1)
        *size /= 2;
    return wanted_errno == 0;
}

static bool parse(const char *text, char *path)
{
    char mode[8] = "", name[32] = "";
    int fields = sscanf(text, "%255s %7s %31s %lu %lu %d", path, mode, name, &wanted_from,
                        &wanted_times, &wanted_errno);
    counting = strcmp(mode, "count") == 0;
    wanted_child = strncmp(name, "child-", 6) == 0;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(name + (wanted_child ? 6 : 0), kind_names[i]) == 0)
            wanted_kind = (enum kind)i;
    }
    return counting ? fields == 2 : fields == 6 && wanted_kind != KIND_COUNT;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("PAYOFF_FAILPOINT");
    char path[256];
    if (text == NULL)
        return;
    if (!parse(text, path)) {
        fprintf(stderr, "failpoint: cannot understand '%s'\n", text);
        _exit(99);
    }
    unsetenv("PAYOFF_FAILPOINT");
    unsetenv("LD_PRELOAD");
    within = true;
    void *warm[2];
    backtrace(warm, 2); /* loads a library the first time */
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *map = mmap(NULL, sizeof(struct failpoint_log), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || map == MAP_FAILED) {
        fprintf(stderr, "failpoint: cannot use %s: %s\n", path, strerror(errno));
        _exit(99);
    }
    close(fd);
    within = false;
    main_pid = getpid();
    shared_log = map;
}
