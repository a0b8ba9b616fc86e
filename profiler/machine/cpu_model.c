#include "machine/cpu_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* arm64's /proc/cpuinfo has numbers for names: MIDR_EL1's implementer and part, as Arm and the
 * implementers publish them in their technical reference manuals. */
static const struct part {
    int implementer, part;
    const char *name;
} parts[] = {
    {0x41, 0xd03, "Cortex-A53"},  {0x41, 0xd04, "Cortex-A35"},  {0x41, 0xd05, "Cortex-A55"},
    {0x41, 0xd07, "Cortex-A57"},  {0x41, 0xd08, "Cortex-A72"},  {0x41, 0xd09, "Cortex-A73"},
    {0x41, 0xd0a, "Cortex-A75"},  {0x41, 0xd0b, "Cortex-A76"},  {0x41, 0xd0c, "Neoverse-N1"},
    {0x41, 0xd0d, "Cortex-A77"},  {0x41, 0xd40, "Neoverse-V1"}, {0x41, 0xd41, "Cortex-A78"},
    {0x41, 0xd44, "Cortex-X1"},   {0x41, 0xd46, "Cortex-A510"}, {0x41, 0xd47, "Cortex-A710"},
    {0x41, 0xd48, "Cortex-X2"},   {0x41, 0xd49, "Neoverse-N2"}, {0x41, 0xd4a, "Neoverse-E1"},
    {0x41, 0xd4d, "Cortex-A715"}, {0x41, 0xd4e, "Cortex-X3"},   {0x41, 0xd4f, "Neoverse-V2"},
    {0x41, 0xd80, "Cortex-A520"}, {0x41, 0xd81, "Cortex-A720"}, {0x41, 0xd82, "Cortex-X4"},
    {0x41, 0xd84, "Neoverse-V3"}, {0x41, 0xd8e, "Neoverse-N3"}, {0x46, 0x001, "A64FX"},
    {0x48, 0xd01, "Kunpeng-920"}, {0xc0, 0xac3, "AmpereOne"},   {0x43, 0x0af, "ThunderX2"},
};

static const struct implementer {
    int number;
    const char *name;
} implementers[] = {
    {0x41, "Arm"},       {0x42, "Broadcom"},  {0x43, "Cavium"},   {0x46, "Fujitsu"},
    {0x48, "HiSilicon"}, {0x4e, "NVIDIA"},    {0x51, "Qualcomm"}, {0x53, "Samsung"},
    {0x61, "Apple"},     {0x6d, "Microsoft"}, {0xc0, "Ampere"},
};

static void name_part(int64_t implementer, int64_t part, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].implementer == implementer && parts[i].part == part)
            snprintf(text, size, "%s", parts[i].name);
    }
    if (text[0] == '\0' && part != SYSFILE_UNKNOWN)
        snprintf(text, size, "part 0x%llx", (unsigned long long)part);
}

static void name_implementer(int64_t number, char *text, size_t size)
{
    for (size_t i = 0; i < sizeof implementers / sizeof *implementers; i++) {
        if (implementers[i].number == number)
            snprintf(text, size, "%s", implementers[i].name);
    }
}

/* The index of the type of that name, made when it is new; −1 when there are too many. */
static int find_type(struct cpu *cpu, const char *name)
{
    for (size_t i = 0; i < cpu->type_count; i++) {
        if (strcmp(cpu->types[i].name, name) == 0)
            return (int)i;
    }
    if (cpu->type_count == CPU_TYPES_MAX)
        return -1;
    snprintf(cpu->types[cpu->type_count].name, sizeof cpu->types[0].name, "%s", name);
    cpu->types[cpu->type_count].threads = 0;
    return (int)cpu->type_count++;
}

static void set_type(struct cpu *cpu, int id, const char *name)
{
    for (size_t i = 0; i < cpu->thread_count; i++) {
        if (cpu->threads[i].id != id)
            continue;
        int type = find_type(cpu, name);
        cpu->threads[i].type = type;
        if (type >= 0)
            cpu->types[type].threads++;
    }
}

/* Hybrid x86: the kernel has one core PMU for each kind and names them so. */
static void read_hybrid(const char *root, struct cpu *cpu)
{
    static const char *const names[] = {"cpu_core", "cpu_atom", "cpu_lowpower"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char cpus[4096];
        const char *list = cpus;
        int first = 0, last = 0;
        if (!sysfile_text(root, cpus, sizeof cpus, "/sys/bus/event_source/devices/%s/cpus",
                          names[i]))
            continue;
        while (sysfile_next_range(&list, &first, &last)) {
            for (int id = first; id <= last && id - first < 65536; id++)
                set_type(cpu, id, names[i]);
        }
    }
}

/* arm64: each processor's paragraph has its own part. The model names them all. */
static void read_arm_parts(const char *whole, struct cpu *cpu)
{
    char model[sizeof cpu->model] = "";
    for (const char *at = whole; at != NULL; at = strstr(at, "\n\n")) {
        at += strspn(at, "\n");
        int64_t id = sysfile_field_integer(at, "processor", 10);
        int64_t implementer = sysfile_field_integer(at, "CPU implementer", 16);
        const char *paragraph_end = strstr(at, "\n\n"), *next = strstr(at, "CPU implementer");
        if (next == NULL || (paragraph_end != NULL && next > paragraph_end) || id < 0 || id > 65535)
            continue;
        char name[48];
        name_part(implementer, sysfile_field_integer(at, "CPU part", 16), name, sizeof name);
        if (name[0] == '\0')
            continue;
        name_implementer(implementer, cpu->vendor, sizeof cpu->vendor);
        set_type(cpu, (int)id, name);
        size_t used = strlen(model);
        if (strstr(model, name) == NULL)
            snprintf(model + used, sizeof model - used, "%s%s", used > 0 ? " + " : "", name);
    }
    if (cpu->model[0] == '\0')
        memcpy(cpu->model, model, sizeof model);
}

static void read_numbers(const char *whole, struct cpu *cpu)
{
    cpu->family = sysfile_field_integer(whole, "cpu family", 10);
    cpu->model_number = sysfile_field_integer(whole, "model", 10);
    cpu->stepping = sysfile_field_integer(whole, "stepping", 10);
    if (cpu->family == SYSFILE_UNKNOWN) {
        cpu->family = sysfile_field_integer(whole, "CPU implementer", 16);
        cpu->model_number = sysfile_field_integer(whole, "CPU part", 16);
        cpu->stepping = sysfile_field_integer(whole, "CPU revision", 10);
    }
}

void cpu_model_read(const char *root, struct cpu *cpu)
{
    struct utsname name;
    char *whole = sysfile_whole(root, "/proc/cpuinfo");
    if (root[0] == '\0' && uname(&name) == 0)
        snprintf(cpu->architecture, sizeof cpu->architecture, "%.31s", name.machine);
    else
        sysfile_text(root, cpu->architecture, sizeof cpu->architecture, "/proc/sys/kernel/arch");
    read_hybrid(root, cpu);
    cpu->family = cpu->model_number = cpu->stepping = SYSFILE_UNKNOWN;
    if (whole != NULL) {
        read_numbers(whole, cpu);
        sysfile_field(whole, "model name", cpu->model, sizeof cpu->model);
        sysfile_field(whole, "vendor_id", cpu->vendor, sizeof cpu->vendor);
        if (cpu->type_count == 0)
            read_arm_parts(whole, cpu);
        free(whole);
    }
    if (cpu->type_count < 2) {
        cpu->type_count = 0;
        for (size_t i = 0; i < cpu->thread_count; i++)
            cpu->threads[i].type = -1;
    }
}
