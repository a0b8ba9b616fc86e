/* The table of symbols of a library that somebody names. */
#include "fuzz.h"

#include "workers/native/elf_names.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int fd = -1;
static char path[64];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    fd = memfd_create("library", MFD_CLOEXEC);
    MUST(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MUST(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    for (size_t room = 1; room <= 512; room *= 8) {
        char *advice = malloc(room);
        MUST(advice != NULL);
        elf_names_advise(path, "cpu_intensive", advice, room);
        MUST(memchr(advice, '\0', room) != NULL);
        if (advice[0] != '\0')
            must_be_line(advice);
        free(advice);
    }
    return 0;
}
