/* The native side of faults.py: total(n, steps) does what FAULT names in the mode FAULT_MODE names. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

__attribute__((visibility("default"))) int64_t total(int64_t n, int64_t steps);

#define BLOCK_BYTES ((size_t)16 << 20)

static pid_t main_pid;

__attribute__((constructor)) static void remember(void)
{
    main_pid = getpid();
}

static const char *mode(void)
{
    if (getpid() != main_pid)
        return "process";
    return gettid() != getpid() ? "thread" : "serial";
}

static void write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t part = write(fd, data, size);
        if (part < 0 && errno != EINTR)
            return;
        if (part > 0) {
            data += part;
            size -= (size_t)part;
        }
    }
}

/* To everything that may be the harness's: pipes and sockets that can be written to. */
static void to_pipes(const char *data, size_t size)
{
    for (int fd = 3; fd < 256; fd++) {
        struct stat st;
        if (fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) &&
            (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
            write_all(fd, data, size);
    }
}

static void fork_many(void)
{
    for (int i = 0; i < 200; i++) {
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            setpgid(0, 0);
            sleep(300);
            _exit(0);
        }
    }
}

static void balloon(void)
{
    for (;;) {
        char *block = malloc(BLOCK_BYTES);
        if (block == NULL)
            abort(); /* what most C programs come to */
        memset(block, 1, BLOCK_BYTES);
    }
}

static void flood(void)
{
    static char block[63000];
    static _Atomic bool flooded;
    if (atomic_exchange(&flooded, true))
        return; /* once in a process is enough */
    memset(block, 'x', sizeof block);
    const char *wanted = getenv("FAULT_BYTES");
    size_t bytes = wanted != NULL ? strtoull(wanted, NULL, 10) : 64000000;
    for (size_t done = 0; done < bytes; done += 2 * sizeof block) {
        write_all(1, block, sizeof block);
        write_all(2, block, sizeof block);
    }
}

/* No UTF-8, NUL, orders to a terminal, lines without end. */
static void babble(void)
{
    static const char orders[] = "\033[2J\033]0;x\a\342\200\256\360\237";
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (int round = 0; round < 100; round++) {
        write_all(1 + round % 2, bytes, sizeof bytes);
        write_all(1 + round % 2, orders, sizeof orders - 1);
    }
    _exit(3);
}

static void be_killed(void)
{
    pid_t victim = getpid();
    if (fork() == 0) {
        usleep(50000);
        kill(victim, SIGKILL);
        _exit(0);
    }
    sleep(60);
}

static void meddle(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (size_t cpu = 0, kept = 0; cpu < CPU_SETSIZE; cpu++) {
            if (CPU_ISSET(cpu, &set) && kept++ > 0)
                CPU_CLR(cpu, &set);
        }
        (void)!sched_setaffinity(0, sizeof set, &set);
    }
    (void)!nice(5);
    (void)!chdir("/");
    umask(0);
    close(0);
    signal(SIGINT, SIG_IGN);
}

static void oversized(void)
{
    size_t size = 96U << 20;
    char *data = malloc(size);
    if (data == NULL)
        return;
    memset(data, 'x', size);
    to_pipes(data, size);
    free(data);
}

static void garbage(void)
{
    char data[10241];
    for (size_t i = 0; i < sizeof data - 1; i++)
        data[i] = (char)(i % 256);
    data[sizeof data - 1] = '\n';
    to_pipes(data, sizeof data);
}

static void close_all(void)
{
    for (int fd = 3; fd < 256; fd++)
        close(fd);
}

static void commit(const char *fault)
{
    static const char unasked[] = "{\"id\":424242,\"ok\":true}\n";
    if (strcmp(fault, "segv") == 0)
        raise(SIGSEGV);
    else if (strcmp(fault, "abrt") == 0)
        abort();
    else if (strcmp(fault, "ill") == 0)
        raise(SIGILL);
    else if (strcmp(fault, "exit") == 0)
        _exit(3);
    else if (strcmp(fault, "loop") == 0)
        for (volatile int on = 1; on != 0;)
            ;
    else if (strcmp(fault, "orphans") == 0)
        fork_many();
    else if (strcmp(fault, "balloon") == 0)
        balloon();
    else if (strcmp(fault, "close") == 0)
        close_all();
    else if (strcmp(fault, "flood") == 0)
        flood();
    else if (strcmp(fault, "babble") == 0)
        babble();
    else if (strcmp(fault, "garbage") == 0)
        garbage();
    else if (strcmp(fault, "oversized") == 0)
        oversized();
    else if (strcmp(fault, "unasked") == 0)
        to_pipes(unasked, sizeof unasked - 1);
    else if (strcmp(fault, "stop") == 0)
        raise(SIGSTOP);
    else if (strcmp(fault, "killed") == 0)
        be_killed();
    else if (strcmp(fault, "meddle") == 0)
        meddle();
}

int64_t total(int64_t n, int64_t steps)
{
    const char *fault = getenv("FAULT"), *where = getenv("FAULT_MODE");
    if (fault != NULL && where != NULL && strcmp(where, mode()) == 0)
        commit(fault);
    int64_t sum = 0;
    for (int64_t i = 0; i < steps; i++)
        sum += i * n;
    return sum;
}
