/* leave STATUS: ends QEMU with this exit status, by ARM semihosting (SYS_EXIT_EXTENDED,
 * "Semihosting for AArch32 and AArch64", Arm IHI 0074), which QEMU offers to programs with
 * `userspace=on`. */
#include <stdint.h>
#include <stdlib.h>

enum { SYS_EXIT_EXTENDED = 0x20, ADP_STOPPED_APPLICATION_EXIT = 0x20026 };

int main(int argc, char **argv)
{
    struct {
        uint64_t reason;
        uint64_t status;
    } block = {ADP_STOPPED_APPLICATION_EXIT, argc > 1 ? strtoull(argv[1], NULL, 10) : 0};
    register uint64_t operation __asm__("x0") = SYS_EXIT_EXTENDED;
    register void *parameter __asm__("x1") = &block;
    __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
    return 1;
}
