/* touch_pages: work of which the kernel counts exactly TOUCHED_PAGES page faults. */
#ifndef PAYOFF_TESTS_TOUCH_PAGES_H
#define PAYOFF_TESTS_TOUCH_PAGES_H

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TOUCHED_PAGES = 100 };

static inline void touch_pages(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    volatile char *memory = mmap(NULL, TOUCHED_PAGES * page, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(99);
    /* Huge pages would make it one fault. */
    madvise((void *)memory, TOUCHED_PAGES * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < TOUCHED_PAGES; i++)
        memory[i * page] = 1;
    munmap((void *)memory, TOUCHED_PAGES * page);
}

#endif
