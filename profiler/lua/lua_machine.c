/* payoff.native.machine: what this machine is, and how busy. `root` is for tests; nil is the real
 * one.
 *
 *   describe([root])  -> table, its shape is in machine/host.h; what is unknown is nil
 *   cpus([root])      -> { {id = 0, core = 0, package = 0, type = "cpu_core", usable = true}, … }:
 *                        the logical CPUs online, by id; core is the lowest id of the same
 *                        core's threads
 *   cpu_times([root]) -> { user_ns =, nice_ns =, system_ns =, idle_ns =, iowait_ns =, irq_ns =,
 *                        softirq_ns =, steal_ns =, resolution_ns = }: since boot, all CPUs
 *                        together; or nil, message, code
 *   cpu_times_in(text) -> the same, of what /proc/stat said
 *   gauge(path)       -> a small file that is kept open, lua_gauge.h
 *   core_probe(cpu)   -> ns that the probe of machine/core_probe.h took there | nil, message, code
 *   scatter_branches(cpu) -> true, machine/branches.h | nil, message, code */
#include "lua/bindings.h"
#include "lua/lua_gauge.h"
#include "lua/luahost.h"
#include "machine/branches.h"
#include "machine/core_probe.h"
#include "machine/host.h"
#include "machine/load.h"

#include <stdlib.h>
#include <string.h>

static const char host_class[] = "payoff.machine.host";

static void set_text(lua_State *L, const char *name, const char *text)
{
    if (text[0] == '\0')
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, int64_t value)
{
    if (value == SYSFILE_UNKNOWN)
        return;
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void set_boolean(lua_State *L, const char *name, int64_t value)
{
    if (value == SYSFILE_UNKNOWN)
        return;
    lua_pushboolean(L, value != 0);
    lua_setfield(L, -2, name);
}

static int host_collect(lua_State *L)
{
    host_free(luaL_checkudata(L, 1, host_class));
    return 0;
}

/* Pushes the description as a userdata: large, and freed whatever happens. */
static struct host *host_new(lua_State *L, const char *root)
{
    struct host *host = lua_newuserdatauv(L, sizeof *host, 0);
    memset(host, 0, sizeof *host);
    luaL_setmetatable(L, host_class);
    host_read(root, host);
    return host;
}

static void set_types(lua_State *L, const struct cpu *cpu)
{
    if (cpu->type_count == 0)
        return;
    lua_newtable(L);
    for (size_t i = 0; i < cpu->type_count; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "name", cpu->types[i].name);
        set_integer(L, "threads", cpu->types[i].threads);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "types");
}

static void set_caches(lua_State *L, const struct cpu *cpu)
{
    if (cpu->cache_count == 0)
        return;
    lua_newtable(L);
    for (size_t i = 0; i < cpu->cache_count; i++) {
        const struct cpu_cache *cache = &cpu->caches[i];
        lua_createtable(L, 0, 4);
        set_integer(L, "level", cache->level);
        set_integer(L, "size_bytes", cache->size_bytes);
        set_integer(L, "shared_by", cache->shared_by > 0 ? cache->shared_by : SYSFILE_UNKNOWN);
        set_text(L, "kind", cache->kind);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "caches");
}

static void set_cpu(lua_State *L, const struct cpu *cpu)
{
    lua_newtable(L);
    set_text(L, "model", cpu->model);
    set_text(L, "vendor", cpu->vendor);
    set_text(L, "architecture", cpu->architecture);
    set_integer(L, "family", cpu->family);
    set_integer(L, "model_number", cpu->model_number);
    set_integer(L, "stepping", cpu->stepping);
    set_integer(L, "packages", cpu->packages);
    set_integer(L, "cores", cpu->cores);
    set_integer(L, "threads", cpu->thread_count > 0 ? (int64_t)cpu->thread_count : SYSFILE_UNKNOWN);
    set_types(L, cpu);
    set_caches(L, cpu);
    lua_setfield(L, -2, "cpu");
    set_boolean(L, "smt", cpu->smt);
    set_integer(L, "cpus_affinity", cpu->usable);
    set_text(L, "governor", cpu->governor);
    set_text(L, "frequency_driver", cpu->driver);
    set_text(L, "energy_preference", cpu->preference);
    set_boolean(L, "turbo", cpu->turbo);
    set_integer(L, "frequency_min_hz", cpu->min_hz);
    set_integer(L, "frequency_max_hz", cpu->max_hz);
    set_integer(L, "frequency_now_hz", cpu->now_hz);
}

static void set_limits(lua_State *L, const struct host *host)
{
    set_integer(L, "cpus_usable", host->cpus_usable);
    if (host->cgroup.cpus > 0) {
        lua_pushnumber(L, host->cgroup.cpus);
        lua_setfield(L, -2, "cpus_limit");
    }
    set_integer(L, "memory_bytes", host->memory_bytes);
    set_integer(L, "memory_available_bytes", host->memory_available_bytes);
    if (host->cgroup.memory_bytes > 0)
        set_integer(L, "memory_limit_bytes", host->cgroup.memory_bytes);
    set_integer(L, "swap_bytes", host->swap_bytes);
    set_integer(L, "swap_free_bytes", host->swap_free_bytes);
}

static void set_perf(lua_State *L, const struct host *host)
{
    static const char *const modes[] = {"off", "strict", "filter"};
    set_integer(L, "perf_event_paranoid", host->paranoid);
    set_integer(L, "kptr_restrict", host->kptr_restrict);
    set_boolean(L, "cap_perfmon", host_has_capability(host, HOST_CAP_PERFMON));
    set_boolean(L, "cap_sys_admin", host_has_capability(host, HOST_CAP_SYS_ADMIN));
    if (host->seccomp >= 0 && host->seccomp <= 2)
        set_text(L, "seccomp", modes[host->seccomp]);
    set_boolean(L, "nmi_watchdog", host->nmi_watchdog);
    if (host->pmu_count == 0)
        return;
    lua_newtable(L);
    for (size_t i = 0; i < host->pmu_count; i++) {
        lua_createtable(L, 0, 4);
        set_text(L, "name", host->pmus[i].name);
        set_integer(L, "type", host->pmus[i].type);
        set_text(L, "cpus", host->pmus[i].cpus);
        set_integer(L, "slots", host->pmus[i].slots);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "pmus");
}

static void set_load(lua_State *L, const char *root)
{
    static const char *const resources[] = {"cpu", "memory", "io"};
    double averages[3];
    bool any = false;
    if (load_averages_read(root, averages)) {
        lua_createtable(L, 3, 0);
        for (int i = 0; i < 3; i++) {
            lua_pushnumber(L, averages[i]);
            lua_rawseti(L, -2, i + 1);
        }
        lua_setfield(L, -2, "load");
    }
    lua_newtable(L);
    for (size_t i = 0; i < 3; i++) {
        double share = load_pressure(root, resources[i]);
        if (share < 0)
            continue;
        any = true;
        lua_pushnumber(L, share);
        lua_setfield(L, -2, resources[i]);
    }
    if (any)
        lua_setfield(L, -2, "pressure");
    else
        lua_pop(L, 1);
}

static int machine_describe(lua_State *L)
{
    const char *root = luaL_optstring(L, 1, "");
    const struct host *host = host_new(L, root);
    lua_newtable(L);
    set_cpu(L, &host->cpu);
    set_limits(L, host);
    set_perf(L, host);
    set_load(L, root);
    set_text(L, "virtual_machine", host->virtual_machine.hypervisor);
    set_text(L, "container", host->virtual_machine.container);
    set_text(L, "product", host->virtual_machine.product);
    set_text(L, "huge_pages", host->huge_pages);
    set_integer(L, "aslr", host->aslr);
    set_text(L, "clocksource", host->clocksource);
    set_text(L, "kernel", host->kernel);
    set_text(L, "distribution", host->distribution);
    set_integer(L, "uid", host->uid);
    return 1;
}

static int machine_cpus(lua_State *L)
{
    const struct host *host = host_new(L, luaL_optstring(L, 1, ""));
    lua_newtable(L);
    for (size_t i = 0; i < host->cpu.thread_count; i++) {
        const struct cpu_thread *thread = &host->cpu.threads[i];
        lua_createtable(L, 0, 5);
        set_integer(L, "id", thread->id);
        set_integer(L, "core", thread->core);
        set_integer(L, "package", thread->package >= 0 ? thread->package : SYSFILE_UNKNOWN);
        set_boolean(L, "usable", thread->usable);
        if (thread->type >= 0)
            set_text(L, "type", host->cpu.types[thread->type].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int push_times(lua_State *L, bool known, const struct load_times *times)
{
    if (!known) {
        struct status st = STATUS_INIT;
        status_fail(&st, STATUS_UNAVAILABLE, "/proc/stat does not say how CPU time was spent");
        return luahost_fail(L, &st);
    }
    lua_createtable(L, 0, 9);
    set_integer(L, "user_ns", times->user_ns);
    set_integer(L, "nice_ns", times->nice_ns);
    set_integer(L, "system_ns", times->system_ns);
    set_integer(L, "idle_ns", times->idle_ns);
    set_integer(L, "iowait_ns", times->iowait_ns);
    set_integer(L, "irq_ns", times->irq_ns);
    set_integer(L, "softirq_ns", times->softirq_ns);
    set_integer(L, "steal_ns", times->steal_ns);
    set_integer(L, "resolution_ns", times->resolution_ns);
    return 1;
}

static int machine_cpu_times(lua_State *L)
{
    struct load_times times;
    bool known = load_times_read(luaL_optstring(L, 1, ""), &times);
    return push_times(L, known, &times);
}

static int machine_cpu_times_in(lua_State *L)
{
    struct load_times times;
    bool known = load_times_parse(luaL_checkstring(L, 1), &times);
    return push_times(L, known, &times);
}

static int check_cpu(lua_State *L)
{
    lua_Integer cpu = luaL_checkinteger(L, 1);
    luaL_argcheck(L, cpu >= 0 && cpu < 1 << 20, 1, "a CPU number");
    return (int)cpu;
}

static int machine_core_probe(lua_State *L)
{
    struct status st = STATUS_INIT;
    int64_t ns = 0;
    if (!core_probe(check_cpu(L), &ns, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, ns);
    return 1;
}

static int machine_scatter_branches(lua_State *L)
{
    struct status st = STATUS_INIT;
    if (!branches_scatter(check_cpu(L), &st))
        return luahost_fail(L, &st);
    lua_pushboolean(L, true);
    return 1;
}

int luaopen_payoff_machine(lua_State *L)
{
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"describe", machine_describe},
        {"cpus", machine_cpus},
        {"cpu_times", machine_cpu_times},
        {"cpu_times_in", machine_cpu_times_in},
        {"gauge", lua_gauge_new},
        {"core_probe", machine_core_probe},
        {"scatter_branches", machine_scatter_branches},
        {NULL, NULL},
    };
    luahost_class(L, host_class, none, host_collect);
    lua_gauge_class(L);
    luaL_newlib(L, functions);
    return 1;
}
