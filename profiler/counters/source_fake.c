#include "counters/source_fake.h"

#include "counters/event_table.h"

#include <errno.h>
#include <string.h>

enum { READ_STEP_NS = 1000000 };

static const struct fake_rule *find_rule(const struct source_fake *fake,
                                         const struct event_code *code)
{
    for (size_t i = 0; i < fake->rule_count; i++) {
        if (fake->rules[i].type == code->type && fake->rules[i].config == code->config)
            return &fake->rules[i];
    }
    return NULL;
}

static bool is_hardware(const struct event_code *code)
{
    return code->type != EVENT_TYPE_SOFTWARE;
}

static size_t group_size(const struct source_fake *fake, int leader)
{
    size_t size = 0;
    for (int i = 0; i < FAKE_DESCRIPTORS; i++)
        size += fake->events[i].used && fake->events[i].leader == leader;
    return size;
}

/* The PMU whose cores alone count it; NULL: it counts everywhere. A plain event of a hybrid processor
 * is the first PMU's, as with the kernel. */
static const struct pmu *core_of(const struct source_fake *fake, const struct event_code *code)
{
    if (fake->pmus.count < 2 || !is_hardware(code))
        return NULL;
    if (code->type == EVENT_TYPE_HARDWARE || code->type == EVENT_TYPE_HW_CACHE)
        return code->config >> 32 == 0 ? &fake->pmus.list[0]
                                       : pmus_by_type(&fake->pmus, (uint32_t)(code->config >> 32));
    return pmus_by_type(&fake->pmus, code->type);
}

/* In the order of the kernel's own checks. */
static int refusal(const struct source_fake *fake, const struct event_code *code, int leader)
{
    const struct permissions *p = &fake->permissions;
    const struct fake_rule *rule = find_rule(fake, code);
    if (!p->has_perfmon && p->paranoid > (code->exclude_kernel ? 2 : 1))
        return EACCES;
    if (fake->open_count >= fake->open_max)
        return EMFILE;
    if (is_hardware(code) && !p->has_pmu)
        return ENOENT;
    if (rule != NULL && rule->open_errno != 0)
        return rule->open_errno;
    if (is_hardware(code) && leader >= 0 && group_size(fake, leader) + 1 > fake->counters)
        return EINVAL;
    return 0;
}

static int fake_open(void *self, const struct event_code *code, struct source_target target,
                     int group_fd, unsigned flags)
{
    struct source_fake *fake = self;
    int leader = group_fd < 0 ? -1 : group_fd - FAKE_FIRST_FD;
    int error = refusal(fake, code, leader);
    /* The whole machine is for those who may see all of it. */
    if (target.task < 0 && !fake->permissions.has_perfmon && fake->permissions.paranoid > 0)
        error = EACCES;
    if (error != 0)
        return -error;
    int index = 0;
    while (index < FAKE_DESCRIPTORS && fake->events[index].used)
        index++;
    if (index == FAKE_DESCRIPTORS)
        return -ENFILE;
    fake->events[index] = (struct fake_event){
        .used = true,
        .code = *code,
        .target = target,
        .leader = leader < 0 ? index : leader,
        .enabled = (flags & SOURCE_DISABLED) == 0,
    };
    fake->open_count++;
    fake->opened_total++;
    return FAKE_FIRST_FD + index;
}

static uint64_t count_of(const struct source_fake *fake, const struct fake_event *event,
                         uint64_t running_ns)
{
    const struct fake_rule *rule = find_rule(fake, &event->code);
    const struct event_row *row = event_table_by_code(event->code.type, event->code.config);
    unsigned traits = row != NULL ? row->traits : 0;
    if (rule != NULL && rule->silent)
        return 0;
    if ((traits & EVENT_IN_KERNEL) != 0 && event->code.exclude_kernel)
        return 0;
    if ((traits & EVENT_CLOCK) != 0)
        return running_ns;
    return running_ns / 1000 * ((event->code.config & UINT32_MAX) + 1);
}

/* How long a group runs while its thread works for `ns`. */
static uint64_t running_for(const struct source_fake *fake, int leader, uint64_t ns)
{
    const struct event_code *code = &fake->events[leader].code;
    const struct pmu *core = core_of(fake, code);
    if (core != NULL && core != &fake->pmus.list[fake->at])
        return 0;
    if (!is_hardware(code))
        return ns;
    bool fits = group_size(fake, leader) <= fake->counters - fake->held;
    return fits ? (uint64_t)((double)ns * fake->hardware_share) : 0;
}

void source_fake_run(struct source_fake *fake, uint64_t ns)
{
    for (int i = 0; i < FAKE_DESCRIPTORS; i++) {
        struct fake_event *event = &fake->events[i];
        if (!event->used || event->leader != i || !event->enabled)
            continue;
        event->enabled_ns += ns;
        event->running_ns += running_for(fake, i, ns);
    }
}

static ssize_t fake_read(void *self, int fd, void *buffer, size_t size)
{
    struct source_fake *fake = self;
    int leader = fd - FAKE_FIRST_FD;
    if (fake->read_errno != 0)
        return -fake->read_errno;
    size_t members = group_size(fake, leader);
    size_t length = offsetof(struct source_reading, values) + members * sizeof(struct source_value);
    if (members > SOURCE_MEMBERS_MAX || length > size)
        return -ENOSPC;

    source_fake_run(fake, READ_STEP_NS);
    uint64_t running_ns = fake->events[leader].running_ns;
    struct source_reading reading = {.members = members,
                                     .enabled_ns = fake->events[leader].enabled_ns,
                                     .running_ns = running_ns};
    size_t slot = 0;
    for (int i = 0; i < FAKE_DESCRIPTORS; i++) {
        if (!fake->events[i].used || fake->events[i].leader != leader)
            continue;
        reading.values[slot].count = count_of(fake, &fake->events[i], running_ns);
        reading.values[slot++].id = (uint64_t)i + 1;
    }
    memcpy(buffer, &reading, length);
    return (ssize_t)length;
}

static int fake_enable(void *self, int fd)
{
    struct source_fake *fake = self;
    fake->events[fd - FAKE_FIRST_FD].enabled = true;
    return 0;
}

static int fake_disable(void *self, int fd)
{
    struct source_fake *fake = self;
    fake->events[fd - FAKE_FIRST_FD].enabled = false;
    return 0;
}

static void fake_close(void *self, int fd)
{
    struct source_fake *fake = self;
    fake->events[fd - FAKE_FIRST_FD].used = false;
    fake->open_count--;
}

static int fake_move(void *self, const struct pmu *core, cpu_set_t *before)
{
    struct source_fake *fake = self;
    CPU_ZERO(before);
    CPU_SET(fake->at, before);
    if (fake->move_errno != 0)
        return -fake->move_errno;
    fake->at = (size_t)(core - fake->pmus.list);
    return 0;
}

static void fake_move_back(void *self, const cpu_set_t *before)
{
    struct source_fake *fake = self;
    for (size_t i = 0; i < fake->pmus.count; i++) {
        if (CPU_ISSET(i, before))
            fake->at = i;
    }
}

void source_fake_reset(struct source_fake *fake)
{
    memset(fake, 0, sizeof *fake);
    fake->permissions = (struct permissions){.paranoid = 2, .has_perfmon = true, .has_pmu = true};
    fake->counters = 4;
    fake->hardware_share = 1;
    fake->open_max = 1000;
}

struct source source_fake_make(struct source_fake *fake)
{
    return (struct source){
        .name = "fake",
        .kind = SOURCE_KERNEL,
        .permissions = &fake->permissions,
        .pmus = &fake->pmus,
        .self = fake,
        .open = fake_open,
        .read = fake_read,
        .enable = fake_enable,
        .disable = fake_disable,
        .close = fake_close,
        .move = fake_move,
        .move_back = fake_move_back,
    };
}
