#include "workers/spawn_child.h"

#include "machine/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int spawn_child_file_fd(int counter_count)
{
    return CHILD_FIRST_COUNTER_FD + counter_count;
}

static int report_fd_of(int counter_count)
{
    return spawn_child_file_fd(counter_count) + 1;
}

static const char no_descriptor[] =
    "cannot be handed its pipes: too few descriptors may be open; raise 'ulimit -n'";

static void report(int fd, bool fatal, const char *step, int sys_errno, int code)
{
    struct spawn_report message = {.fatal = fatal, .sys_errno = sys_errno, .code = code};
    strncpy(message.step, step, sizeof message.step - 1);
    /* Nobody is left to tell when this fails. */
    ssize_t ignored = write(fd, &message, sizeof message);
    (void)ignored;
}

static noreturn void give_up(int fd, const char *step)
{
    report(fd, true, step, errno, STATUS_SYSTEM);
    _exit(127);
}

/* One descriptor out of the way of the numbers that are to be filled; what it was before is closed,
 * so that a low limit of descriptors is enough. */
static int lift(int fd, int above, int report_fd)
{
    if (fd < 0 || fd >= above)
        return fd;
    int lifted = fcntl(fd, F_DUPFD_CLOEXEC, above);
    if (lifted < 0)
        give_up(report_fd, no_descriptor);
    close(fd);
    return lifted;
}

static void place(int fd, int target, int flags, int report_fd)
{
    if (fd >= 0 && dup3(fd, target, flags) < 0)
        give_up(report_fd, no_descriptor);
}

/* Closes all descriptors but these, and but stdin, stdout and stderr, which are replaced. A kernel
 * that refuses (a sandbox's filter) leaves what is close-on-exec anyway. */
static void keep_only(const int *fds, size_t count)
{
    unsigned next = 3;
    for (;;) {
        unsigned nearest = ~0u;
        for (size_t i = 0; i < count; i++) {
            if (fds[i] >= 0 && (unsigned)fds[i] >= next && (unsigned)fds[i] < nearest)
                nearest = (unsigned)fds[i];
        }
        if (nearest > next)
            close_range(next, nearest == ~0u ? ~0u : nearest - 1, 0);
        if (nearest == ~0u)
            return;
        next = nearest + 1;
    }
}

/* Puts every descriptor where the worker looks for it, closes all others, and returns where the
 * report pipe now is. The counters' places are held by /dev/null until they are opened, so that
 * nothing else takes them; it goes away at exec where they are not. */
static int arrange_descriptors(const struct spawn_child *child)
{
    enum { REPORT, NONE, COMMAND, REPLY, OUTPUT, ERROR, IN_MEMORY, FDS };
    int report_fd = report_fd_of(child->counter_count), above = report_fd + 1;
    int fds[FDS] = {child->report_fd, child->null_fd,  child->command_fd, child->reply_fd,
                    child->output_fd, child->error_fd, child->file_fd};
    keep_only(fds, FDS);
    for (int i = 0; i < FDS; i++)
        fds[i] = lift(fds[i], above, fds[REPORT]);

    place(fds[NONE], 0, 0, fds[REPORT]);
    place(fds[OUTPUT], 1, 0, fds[REPORT]);
    place(fds[ERROR], 2, 0, fds[REPORT]);
    place(fds[COMMAND], CHILD_COMMAND_FD, 0, fds[REPORT]);
    place(fds[REPLY], CHILD_REPLY_FD, 0, fds[REPORT]);
    for (int i = 0; i < child->counter_count; i++)
        place(fds[NONE], CHILD_FIRST_COUNTER_FD + i, O_CLOEXEC, fds[REPORT]);
    bool in_memory = fds[IN_MEMORY] >= 0; /* read after exec, or by it */
    place(fds[in_memory ? IN_MEMORY : NONE], spawn_child_file_fd(child->counter_count),
          in_memory && child->image == NULL ? 0 : O_CLOEXEC, fds[REPORT]);
    place(fds[REPORT], report_fd, O_CLOEXEC, fds[REPORT]);
    close_range((unsigned)above, ~0u, 0);
    return report_fd;
}

static void limit(const struct spawn_child *child, int report_fd)
{
    /* A subject that crashes is a result, no reason to fill the disk. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    struct rlimit memory = {child->memory_bytes, child->memory_bytes};
    if (child->memory_bytes > 0 && setrlimit(RLIMIT_AS, &memory) != 0)
        give_up(report_fd, "cannot limit its memory");
    if (child->cpus != NULL && sched_setaffinity(0, child->cpus_size, child->cpus) != 0)
        give_up(report_fd, "cannot pin it to its CPUs");
}

/* The groups, from the numbers they were given to those that the worker was told. */
static void open_counters(const struct spawn_child *child, int report_fd)
{
    if (child->plan == NULL || child->counter_count == 0)
        return;
    struct status st = STATUS_INIT;
    if (!group_plan_open_self(child->plan, child->counter_fds, &st)) {
        report(report_fd, false, st.message, st.sys_errno, (int)st.code);
        char *equals = strchr(child->counter_variable, '=');
        if (equals != NULL)
            equals[1] = '\0'; /* none */
        return;
    }
    for (int i = 0; i < child->counter_count; i++) {
        place(child->counter_fds[i], CHILD_FIRST_COUNTER_FD + i, 0, report_fd);
        close(child->counter_fds[i]);
    }
}

noreturn void spawn_child_run(const struct spawn_child *child)
{
    interrupt_child_reset();
    int report_fd = arrange_descriptors(child);
    /* A session of its own: Ctrl-C at the terminal is payoff's to handle, a subject that asks the
     * terminal for a password fails instead of being stopped, and what the worker leaves behind can
     * be told by its session. */
    if (setsid() < 0)
        give_up(report_fd, "cannot start a session");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up(report_fd, "cannot be tied to payoff's life");
    if (getppid() != child->parent) /* it died before prctl could matter */
        _exit(127);
    if (child->cwd != NULL && chdir(child->cwd) != 0)
        give_up(report_fd, "cannot enter its folder");
    limit(child, report_fd);
    open_counters(child, report_fd);
    /* A system may forbid this (vm.memfd_noexec, a security module, no /proc): then argv[0] is it. */
    if (child->image != NULL)
        execve(child->image, child->argv, child->environment);
    execve(child->program, child->argv, child->environment);
    give_up(report_fd, "cannot be run");
}
