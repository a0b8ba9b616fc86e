/* witness: loaded before the libraries (LD_PRELOAD), sees what a program has left when it ends, and
 * lets the time of day jump.
 *
 *   FAULT_WITNESS=FILE    the process that finds it writes there, as its last deed, a line for each
 *                         fd that it did not get at its start, and one if it has a child: none is
 *                         left by a program that cleans up; what it starts does not find it
 *   FAULT_CLOCK=1         CLOCK_REALTIME is a day ahead or behind, in turns, in all processes */
#undef _FILE_OFFSET_BITS
#include "../next_call.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FDS = 1024, DAY_S = 24 * 60 * 60 };

static char *report_path;
static pid_t witness_pid;
static bool given[FDS], jumping;

/* Calls what is to be done with each fd that is open, but for the one that lists them. */
static void each_fd(void (*visit)(int fd, FILE *report), FILE *report)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd < FDS && fd != dirfd(folder))
            visit(fd, report);
    }
    closedir(folder);
}

static void remember(int fd, FILE *report)
{
    (void)report;
    given[fd] = true;
}

static void tell(int fd, FILE *report)
{
    char link[64], path[256];
    if (given[fd] || fd == fileno(report))
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = '\0';
    fprintf(report, "fd %d: %s\n", fd, path);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULT_WITNESS");
    jumping = getenv("FAULT_CLOCK") != NULL;
    if (path == NULL)
        return;
    report_path = realpath(path, NULL);
    witness_pid = getpid();
    unsetenv("FAULT_WITNESS");
    each_fd(remember, NULL);
}

__attribute__((destructor)) static void end(void)
{
    if (report_path == NULL || getpid() != witness_pid)
        return;
    FILE *report = fopen(report_path, "w");
    if (report == NULL)
        return;
    each_fd(tell, report);
    siginfo_t child = {0};
    if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0)
        fprintf(report, "child %ld: %s\n", (long)child.si_pid,
                child.si_pid == 0 ? "runs" : "is a zombie");
    fprintf(report, "seen\n");
    fclose(report);
}

static time_t jump_s(void)
{
    static atomic_uint calls;
    return atomic_fetch_add(&calls, 1) % 2 == 0 ? DAY_S : -DAY_S;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): names are ours, in any case */
VISIBLE int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = NEXT(clock_gettime)(clock, now);
    if (result == 0 && jumping && clock == CLOCK_REALTIME)
        now->tv_sec += jump_s();
    return result;
}

VISIBLE int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    int result = NEXT(gettimeofday)(now, zone);
    if (result == 0 && jumping)
        now->tv_sec += jump_s();
    return result;
}

VISIBLE time_t time(time_t *out)
{
    time_t now = NEXT(time)(NULL);
    if (jumping && now != (time_t)-1)
        now += jump_s();
    if (out != NULL)
        *out = now;
    return now;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
