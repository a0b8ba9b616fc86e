#include "workers/orphans.h"

#include "machine/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Hundreds that are killed on a busy machine take seconds to be gone. */
enum { ORPHANS_PATIENCE_MS = 10000 };

bool orphans_adopt(struct status *st)
{
    static bool done;
    if (!done && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return status_fail_errno(st, errno, "cannot adopt what workers leave behind");
    done = true;
    return true;
}

/* Reads a small file of /proc; 0 bytes when the process is gone. */
static size_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    size_t used = 0;
    ssize_t part;
    while (used < size - 1 && (part = read(fd, text + used, size - 1 - used)) > 0)
        used += (size_t)part;
    close(fd);
    text[used] = '\0';
    return used;
}

struct process {
    char state;
    int parent, session;
};

/* proc(5), "stat": the name in parentheses may hold anything, so what counts follows the last ). */
static bool read_process(pid_t pid, struct process *process)
{
    char text[1024];
    if (read_proc(pid, "stat", text, sizeof text) == 0)
        return false;
    const char *rest = strrchr(text, ')');
    return rest != NULL && sscanf(rest + 1, " %c %d %*d %d", &process->state, &process->parent,
                                  &process->session) == 3;
}

static bool has_mark(pid_t pid, const char *mark)
{
    enum { ENVIRONMENT = 256 * 1024 };
    char *text = malloc(ENVIRONMENT);
    if (text == NULL)
        return false;
    size_t size = read_proc(pid, "environ", text, ENVIRONMENT), length = strlen(mark) + 1;
    bool found = memmem(text, size, mark, length) != NULL; /* with its NUL */
    free(text);
    return found;
}

/* Ends one process if it is an orphan of this worker; true when it was, and is not yet gone. */
static bool end_one(pid_t pid, pid_t session, const char *mark, bool (*keep)(pid_t pid))
{
    struct process process;
    if (keep(pid) || !read_process(pid, &process))
        return false;
    bool ours = process.parent == getpid() && process.session != getsid(0);
    if (process.state == 'Z' || process.state == 'X') {
        /* A zombie has no environment left to look into, but nothing to lose either. */
        if (ours)
            waitpid(pid, NULL, WNOHANG);
        return process.session == session;
    }
    if (process.session != session && !(ours && has_mark(pid, mark)))
        return false;
    kill(pid, SIGKILL);
    return true;
}

static size_t end_round(pid_t session, const char *mark, bool (*keep)(pid_t pid))
{
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return 0;
    size_t found = 0;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        if (isdigit((unsigned char)entry->d_name[0]))
            found += end_one((pid_t)atoi(entry->d_name), session, mark, keep);
    }
    closedir(processes);
    return found;
}

/* Whether payoff has no child but this one and those to keep: reading all of /proc can be spared
 * then. */
static bool has_no_orphans(pid_t pid, bool (*keep)(pid_t pid))
{
    char path[64], text[256];
    snprintf(path, sizeof path, "task/%d/children", (int)gettid());
    size_t size = read_proc(getpid(), path, text, sizeof text);
    if (size == 0 || size == sizeof text - 1) /* none to be seen, or not all */
        return false;
    for (char *next = text, *end; *next != '\0'; next = end + strspn(end, " ")) {
        pid_t child = (pid_t)strtol(next, &end, 10);
        if (end == next || (child != pid && !keep(child)))
            return false;
    }
    return true;
}

size_t orphans_end(pid_t session, const char *mark, bool (*keep)(pid_t pid))
{
    if (has_no_orphans(session, keep))
        return 0;
    uint64_t deadline_ns = clock_monotonic_ns() + (uint64_t)ORPHANS_PATIENCE_MS * 1000000;
    size_t left;
    while ((left = end_round(session, mark, keep)) > 0 && clock_monotonic_ns() < deadline_ns)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return left;
}
