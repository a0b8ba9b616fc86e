/* leave STATUS: ends QEMU with this exit status, by ARM semihosting (SYS_EXIT_EXTENDED, "Semihosting
 * for AArch32 and AArch64", Arm IHI 0074), which QEMU offers to programs with `userspace=on`. */
#include <stdint.h>
#include <stdlib.h>

enum { SYS_EXIT_EXTENDED = 0x20, ADP_STOPPED_APPLICATION_EXIT = 0x20026 };

struct block {
    uint64_t reason;
    uint64_t status;
};

static void semihost(uint64_t operation, struct block *block)
{
#ifdef __aarch64__ /* lints read this file as the machine's own */
    register uint64_t x0 __asm__("x0") = operation;
    register struct block *x1 __asm__("x1") = block;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
#else
    (void)operation;
    (void)block;
#endif
}

int main(int argc, char **argv)
{
    struct block block = {ADP_STOPPED_APPLICATION_EXIT, 0};
    if (argc > 1)
        block.status = strtoull(argv[1], NULL, 10);
    semihost(SYS_EXIT_EXTENDED, &block);
    return 1; /* only where nobody listens */
}
