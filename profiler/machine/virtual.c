#include "machine/virtual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

struct name {
    const char *sign, *name;
};

static const char *find_name(const struct name *names, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(text, names[i].sign) != NULL)
            return names[i].name;
    }
    return NULL;
}

#define FIND_NAME(names, text) find_name(names, sizeof(names) / sizeof *(names), text)

/* CPUID leaf 0x40000000, which hypervisors reserve for their signature. */
static const char *name_from_cpuid(void)
{
#if defined(__x86_64__) || defined(__i386__)
    static const struct name signatures[] = {
        {"KVMKVMKVM", "kvm"},           {"Linux KVM Hv", "kvm"},  {"Microsoft Hv", "hyper-v"},
        {"VMwareVMware", "vmware"},     {"XenVMMXenVMM", "xen"},  {"TCGTCGTCGTCG", "qemu"},
        {"VBoxVBoxVBox", "virtualbox"}, {"bhyve bhyve", "bhyve"}, {" lrpepyh", "parallels"},
        {"ACRNACRNACRN", "acrn"},       {"QNXQVMBSQG", "qnx"},
    };
    unsigned leaf = 0, registers[3] = {0};
    char text[13] = "";
    __cpuid(0x40000000, leaf, registers[0], registers[1], registers[2]);
    memcpy(text, registers, 12);
    return FIND_NAME(signatures, text);
#else
    return NULL;
#endif
}

/* What firmware made for virtual machines says of itself. Real machines of these vendors exist (of
 * Microsoft, Amazon, Google …), so the product decides there. */
static const char *name_from_firmware(const char *vendor, const char *product)
{
    static const struct name vendors[] = {
        {"QEMU", "kvm"},           {"VMware", "vmware"},       {"Xen", "xen"},
        {"innotek", "virtualbox"}, {"Parallels", "parallels"}, {"BHYVE", "bhyve"},
        {"Google", "kvm"},         {"OpenStack", "kvm"},       {"Red Hat", "kvm"},
        {"DigitalOcean", "kvm"},   {"Hetzner", "kvm"},         {"Alibaba Cloud", "kvm"},
    };
    static const struct name products[] = {
        {"KVM", "kvm"},
        {"Virtual Machine", "hyper-v"},
        {"VirtualBox", "virtualbox"},
        {"VMware", "vmware"},
        {"HVM domU", "xen"},
        {"Google Compute Engine", "kvm"},
        {"Standard PC", "kvm"},
    };
    const char *name = FIND_NAME(products, product);
    if (name != NULL)
        return name;
    if (strstr(vendor, "Amazon EC2") != NULL)
        return strstr(product, "metal") != NULL ? "none" : "kvm";
    if (strstr(vendor, "Google") != NULL && strstr(product, "Compute") == NULL)
        return NULL;
    return FIND_NAME(vendors, vendor);
}

/* arm64 has no flag; its device tree has a node where a hypervisor shows itself. */
static const char *name_from_tree(const char *root)
{
    char text[64];
    static const struct name names[] = {{"kvm", "kvm"}, {"xen", "xen"}, {"vmware", "vmware"}};
    if (sysfile_text(root, text, sizeof text, "/proc/device-tree/hypervisor/compatible")) {
        const char *name = FIND_NAME(names, text);
        return name != NULL ? name : "unknown";
    }
    /* QEMU's "virt" board, with or without KVM below it. */
    if (sysfile_text(root, text, sizeof text, "/proc/device-tree/compatible") &&
        strstr(text, "dummy-virt") != NULL)
        return "qemu";
    if (sysfile_text(root, text, sizeof text, "/sys/hypervisor/type")) {
        const char *name = FIND_NAME(names, text);
        return name != NULL ? name : "unknown";
    }
    return NULL;
}

static void read_hypervisor(const char *root, struct virtual_machine *machine)
{
    char vendor[64], flags[8192] = "";
    const char *name = NULL;
    char *whole = sysfile_whole(root, "/proc/cpuinfo");
    bool has_flags = whole != NULL && sysfile_field(whole, "flags", flags, sizeof flags);
    bool flagged = has_flags && strstr(flags, "hypervisor") != NULL;
    bool has_vendor = sysfile_text(root, vendor, sizeof vendor, "/sys/class/dmi/id/sys_vendor");
    free(whole);
    if (flagged && root[0] == '\0')
        name = name_from_cpuid();
    if (name == NULL)
        name = name_from_tree(root);
    /* On x86 the flag decides whether, and the firmware only tells whose. */
    if (name == NULL && has_vendor && (flagged || !has_flags))
        name = name_from_firmware(vendor, machine->product);
    if (flagged && (name == NULL || strcmp(name, "none") == 0))
        name = "unknown";
    if (name == NULL && (has_flags || has_vendor))
        name = "none";
    snprintf(machine->hypervisor, sizeof machine->hypervisor, "%s", name != NULL ? name : "");
}

static void read_container(const char *root, struct virtual_machine *machine)
{
    static const struct name groups[] = {
        {"kubepods", "kubernetes"},   {"docker", "docker"}, {"libpod", "podman"}, {"lxc", "lxc"},
        {"containerd", "containerd"},
    };
    static const struct name releases[] = {{"microsoft", "wsl"}, {"Microsoft", "wsl"}};
    char text[4096];
    const char *name = NULL;
    if (sysfile_text(root, text, sizeof text, "/run/systemd/container"))
        name = strcmp(text, "oci") != 0 ? text : NULL;
    if (name == NULL && sysfile_exists(root, "/run/.containerenv"))
        name = "podman";
    if (name == NULL && sysfile_exists(root, "/var/run/secrets/kubernetes.io"))
        name = "kubernetes";
    if (name == NULL && sysfile_exists(root, "/.dockerenv"))
        name = "docker";
    if (name == NULL && sysfile_text(root, text, sizeof text, "/proc/self/cgroup"))
        name = FIND_NAME(groups, text);
    if (name == NULL && sysfile_text(root, text, sizeof text, "/proc/sys/kernel/osrelease"))
        name = FIND_NAME(releases, text);
    snprintf(machine->container, sizeof machine->container, "%.31s", name != NULL ? name : "");
}

void virtual_read(const char *root, struct virtual_machine *machine)
{
    *machine = (struct virtual_machine){0};
    if (!sysfile_text(root, machine->product, sizeof machine->product,
                      "/sys/class/dmi/id/product_name"))
        sysfile_text(root, machine->product, sizeof machine->product, "/proc/device-tree/model");
    read_hypervisor(root, machine);
    read_container(root, machine);
}
