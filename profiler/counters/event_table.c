#include "counters/event_table.h"

#include "base/nearest.h"
#include "counters/event.h"

#include <stddef.h>

/* The numbers are the kernel's ABI (enum perf_hw_id, enum perf_sw_ids). */
const struct event_row event_table[] = {
    {"cycles", EVENT_TYPE_HARDWARE, 0, EVENT_BUSY,
     "clock cycles in which the processor was running this work"},
    {"instructions", EVENT_TYPE_HARDWARE, 1, EVENT_BUSY, "machine instructions completed"},
    {"cache-references", EVENT_TYPE_HARDWARE, 2, 0,
     "memory accesses that reached the last cache before main memory"},
    {"cache-misses", EVENT_TYPE_HARDWARE, 3, 0,
     "memory accesses that no cache could answer and that went to main memory"},
    {"branches", EVENT_TYPE_HARDWARE, 4, EVENT_BUSY,
     "jumps completed: loops, conditions, calls and returns"},
    {"branch-misses", EVENT_TYPE_HARDWARE, 5, 0,
     "jumps that the processor guessed wrong, so that it had to throw work away"},
    {"bus-cycles", EVENT_TYPE_HARDWARE, 6, 0, "cycles of the memory bus or reference clock"},
    {"stalled-cycles-frontend", EVENT_TYPE_HARDWARE, 7, 0,
     "cycles in which the processor waited for instructions to arrive"},
    {"stalled-cycles-backend", EVENT_TYPE_HARDWARE, 8, 0,
     "cycles in which the processor waited for data or for a free execution unit"},
    {"ref-cycles", EVENT_TYPE_HARDWARE, 9, EVENT_BUSY,
     "cycles at the processor's constant nominal frequency"},
    {"cpu-clock", EVENT_TYPE_SOFTWARE, 0, EVENT_CLOCK | EVENT_BUSY,
     "time spent running on a processor, by the processor's clock"},
    {"task-clock", EVENT_TYPE_SOFTWARE, 1, EVENT_CLOCK | EVENT_BUSY,
     "processor time used, over all threads and processes"},
    {"page-faults", EVENT_TYPE_SOFTWARE, 2, 0,
     "first touches of a memory page that the kernel had to provide"},
    {"context-switches", EVENT_TYPE_SOFTWARE, 3, EVENT_IN_KERNEL,
     "times the kernel took the processor away to run something else"},
    {"cpu-migrations", EVENT_TYPE_SOFTWARE, 4, EVENT_IN_KERNEL,
     "times the kernel moved a thread to another processor"},
    {"minor-faults", EVENT_TYPE_SOFTWARE, 5, 0,
     "page faults that were served from memory, without reading a disk"},
    {"major-faults", EVENT_TYPE_SOFTWARE, 6, 0, "page faults that had to wait for a disk"},
    {"alignment-faults", EVENT_TYPE_SOFTWARE, 7, 0,
     "unaligned memory accesses that the kernel had to handle"},
    {"emulation-faults", EVENT_TYPE_SOFTWARE, 8, 0, "instructions that the kernel had to emulate"},
    {"cgroup-switches", EVENT_TYPE_SOFTWARE, 11, EVENT_IN_KERNEL,
     "switches to a task of another control group"},
    {NULL, 0, 0, 0, NULL},
};

const struct event_row *event_table_by_name(const char *name)
{
    for (const struct event_row *row = event_table; row->name != NULL; row++) {
        if (nearest_equal(row->name, name))
            return row;
    }
    return NULL;
}

const struct event_row *event_table_by_code(uint32_t type, uint64_t config)
{
    for (const struct event_row *row = event_table; row->name != NULL; row++) {
        if (row->type == type && row->config == config)
            return row;
    }
    return NULL;
}
