/* The kernel's own counters: software events of this machine, as this user and as an ordinary one.
 * Skipped (77) where perf_event_open is forbidden altogether. */
#include "counters/group.h"
#include "counters/source_perf.h"
#include "machine/clock.h"
#include "touch_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534 };

static struct permissions permissions;
static struct pmus pmus;
static struct source source;

static struct group_plan *plan_of(const char *const *names, size_t count)
{
    permissions_read("", &permissions);
    pmus_read("", &pmus);
    source = source_perf_make(&permissions, &pmus);
    const struct group_request request = {.events = names, .event_count = count};
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    if (!group_plan_make(&source, &request, 1, &plan, &st))
        fail_msg("%s", st.message);
    return plan;
}

static void work_touch(void)
{
    touch_pages();
}

static void work_fork(void)
{
    touch_pages();
    pid_t child = fork();
    if (child == 0) {
        touch_pages();
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static void work_sleep(void)
{
    for (int i = 0; i < 3; i++)
        clock_sleep_ns(2000000);
}

/* Half of it in the kernel. */
static void work_compute(void)
{
    char buffer[4096];
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2000; i++) {
        if (read(zero, buffer, sizeof buffer) < 0)
            _exit(99);
    }
    close(zero);
}

/* What a child measured of itself, sent through a pipe as a worker would. */
struct report {
    bool opened;
    int sys_errno;
    ssize_t before_size, after_size;
    unsigned char before[GROUP_READING_MAX], after[GROUP_READING_MAX];
    uint64_t wall_ns; /* around both readings */
    uint64_t cpu_ns;  /* between them */
};

static uint64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void child_measures(const struct group_plan *plan, void (*work)(void), struct report *report)
{
    int fds[GROUP_EVENTS_MAX];
    struct status st = STATUS_INIT;
    report->opened = group_plan_open_self(plan, fds, &st);
    report->sys_errno = st.sys_errno;
    if (!report->opened)
        return;
    work(); /* warms everything up */
    uint64_t start = clock_monotonic_ns();
    report->before_size = read(fds[0], report->before, sizeof report->before);
    uint64_t cpu_start = cpu_ns();
    work();
    report->cpu_ns = cpu_ns() - cpu_start;
    report->after_size = read(fds[0], report->after, sizeof report->after);
    report->wall_ns = clock_monotonic_ns() - start;
}

/* The plan is opened in a forked child, the work runs there, the reading is decoded here. */
static struct report measure(const struct group_plan *plan, void (*work)(void),
                             struct counts *counts)
{
    int pipe_fds[2];
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    struct report report;
    memset(&report, 0, sizeof report);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        child_measures(plan, work, &report);
        _exit(write(pipe_fds[1], &report, sizeof report) == sizeof report ? 0 : 99);
    }
    close(pipe_fds[1]);
    assert_int_equal(read(pipe_fds[0], &report, sizeof report), sizeof report);
    close(pipe_fds[0]);
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_true(report.opened);
    struct status st = STATUS_INIT;
    group_plan_missing(plan, counts);
    if (!group_plan_decode(plan, 0, report.before, (size_t)report.before_size, report.after,
                           (size_t)report.after_size, counts, &st))
        fail_msg("%s", st.message);
    return report;
}

static void test_page_faults(void **state)
{
    (void)state;
    static const char *const names[] = {"page-faults"};
    struct group_plan *plan = plan_of(names, 1);
    struct counts counts[1];
    measure(plan, work_touch, counts);
    assert_int_equal(counts[0].state, COUNTS_EXACT);
    assert_int_equal(counts[0].source, COUNTS_SOFTWARE);
    /* One for each page; a few more for page tables and the stack. */
    assert_in_range(counts[0].count, TOUCHED_PAGES, TOUCHED_PAGES + 10);
    group_plan_free(plan);
}

static void test_children_are_counted(void **state)
{
    (void)state;
    static const char *const names[] = {"page-faults", "task-clock"};
    struct group_plan *plan = plan_of(names, 2);
    struct counts counts[2];
    measure(plan, work_fork, counts);
    assert_int_equal(counts[0].state, COUNTS_EXACT);
    /* Both, and what fork itself costs: the copied pages. */
    assert_in_range(counts[0].count, 2 * TOUCHED_PAGES, 2 * TOUCHED_PAGES + 300);
    group_plan_free(plan);
}

/* Kernel time is in it, whatever the rights: the claim behind EVENT_CLOCK. (Interrupts are too,
 * which the process's own CPU time leaves out.) */
static void test_task_clock_is_whole(void **state)
{
    (void)state;
    static const char *const names[] = {"task-clock"};
    struct group_plan *plan = plan_of(names, 1);
    struct counts counts[1];
    struct report report = measure(plan, work_compute, counts);
    assert_string_equal(group_plan_event(plan, 0)->name, "task-clock");
    assert_int_equal(counts[0].state, COUNTS_EXACT);
    /* The process's clock also had its own reading in it: 0.06 % once, under a sanitizer. */
    assert_in_range(counts[0].count, report.cpu_ns - report.cpu_ns / 500, report.wall_ns);
    group_plan_free(plan);
}

static void test_switches(void **state)
{
    (void)state;
    static const char *const names[] = {"page-faults", "context-switches", "cpu-migrations"};
    struct group_plan *plan = plan_of(names, 3);
    struct counts counts[3];
    measure(plan, work_sleep, counts);
    bool kernel_visible = permissions.has_perfmon || permissions.paranoid <= 1;
    if (kernel_visible) {
        assert_int_equal(counts[1].state, COUNTS_EXACT);
        assert_in_range(counts[1].count, 3, 300);
    } else {
        /* Opened without the kernel they would read 0. */
        assert_int_equal(counts[1].state, COUNTS_NOT_COUNTED);
        assert_non_null(strstr(counts[1].reason, "perf_event_paranoid"));
        assert_int_equal(counts[2].state, COUNTS_NOT_COUNTED);
    }
    group_plan_free(plan);
}

static void test_hardware_or_a_reason(void **state)
{
    (void)state;
    static const char *const names[] = {"instructions:u"};
    struct group_plan *plan = plan_of(names, 1);
    const struct group_event *event = group_plan_event(plan, 0);
    if (group_plan_group_count(plan) == 1) {
        struct counts counts[1];
        measure(plan, work_compute, counts);
        assert_int_equal(counts[0].source, COUNTS_HARDWARE);
        assert_true(counts[0].count > 2000);
    } else {
        assert_true(event->state != COUNTS_EXACT);
        assert_true(event->reason != NULL && strlen(event->reason) > 20);
    }
    group_plan_free(plan);
}

static void test_few_descriptors(void **state)
{
    (void)state;
    static const char *const names[] = {"page-faults", "minor-faults", "major-faults", "task-clock",
                                        "cpu-clock"};
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    int next = dup(0);
    close(next);
    struct rlimit tight = {.rlim_cur = (rlim_t)next + 2, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    struct group_plan *plan = plan_of(names, 5);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    size_t counted = 0;
    for (size_t i = 0; i < 5; i++) {
        const struct group_event *event = group_plan_event(plan, i);
        counted += event->state == COUNTS_EXACT;
        if (event->state != COUNTS_EXACT)
            assert_non_null(strstr(event->reason, "ulimit -n"));
    }
    assert_true(counted < 5);
    group_plan_free(plan);
}

/* A filter as containers have it: perf_event_open is EPERM, everything else is allowed. */
static bool forbid_perf(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = 4, .filter = program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static void test_forbidden_altogether(void **state)
{
    (void)state;
    static const char *const names[] = {"page-faults", "context-switches"};
    if (!forbid_perf())
        skip();
    struct group_plan *plan = plan_of(names, 2);
    assert_int_equal(group_plan_group_count(plan), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(group_plan_event(plan, i)->state, COUNTS_NOT_COUNTED);
        assert_non_null(strstr(group_plan_event(plan, i)->reason, "seccomp filter"));
    }
    struct status st = STATUS_INIT;
    int none[1];
    assert_true(group_plan_open_self(plan, none, &st));
    group_plan_free(plan);
}

static int run_all(const char *title)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_faults),
        cmocka_unit_test(test_children_are_counted),
        cmocka_unit_test(test_task_clock_is_whole),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_hardware_or_a_reason),
        cmocka_unit_test(test_few_descriptors),
        /* The last: there is no way back. */
        cmocka_unit_test(test_forbidden_altogether),
    };
    return cmocka_run_group_tests_name(title, tests, NULL, NULL);
}

/* In a child, so that a filter and a user id end with it. */
static int run_in_child(const char *title, bool as_nobody)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0) {
        if (as_nobody && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
                          setresuid(NOBODY, NOBODY, NOBODY) != 0))
            exit(1);
        exit(run_all(title));
    }
    int how = 0;
    if (waitpid(child, &how, 0) != child || !WIFEXITED(how))
        return 1;
    return WEXITSTATUS(how);
}

/* Does even the humblest counter open? */
static int refusal(void)
{
    struct event event;
    struct status st = STATUS_INIT;
    permissions_read("", &permissions);
    source = source_perf_make(&permissions, NULL);
    if (!event_parse("task-clock", &event, &st))
        return EINVAL;
    event.code.exclude_kernel = true;
    int fd = source.open(NULL, &event.code, SOURCE_SELF, -1, SOURCE_CLOSE_ON_EXEC);
    if (fd < 0)
        return -fd;
    source.close(NULL, fd);
    return 0;
}

int main(void)
{
    int error = refusal();
    if (error == EACCES || error == EPERM || error == ENOSYS) {
        printf("skipped: perf_event_open is forbidden here (%s, perf_event_paranoid %d)\n",
               strerrorname_np(error), permissions.paranoid);
        return 77;
    }
    int failed = run_in_child("source_perf", false);
    /* From paranoid level 3 on an ordinary user gets nothing; test_group covers that. */
    if (geteuid() == 0 && permissions.paranoid <= 2)
        failed += run_in_child("source_perf as an ordinary user", true);
    return failed == 0 ? 0 : 1;
}
