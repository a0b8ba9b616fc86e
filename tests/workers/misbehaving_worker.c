/* A worker for tests: behaves, or misbehaves in the one way that its argument names.
 *
 * Reads commands with plain string search: it trusts payoff, payoff must not trust it. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int command_fd, reply_fd;
static long id;
static const char *way = "good";

static bool is_way(const char *name)
{
    return strcmp(way, name) == 0;
}

static void say(const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t size = write(reply_fd, text, length);
        if (size < 0)
            _exit(9);
        text += size;
        length -= (size_t)size;
    }
}

static void ok(const char *fields)
{
    char line[1024];
    snprintf(line, sizeof line, "{\"id\":%ld,\"ok\":true%s%s}\n", id, fields[0] ? "," : "", fields);
    say(line);
}

static bool read_command(char *line, size_t size)
{
    size_t used = 0;
    while (used < size - 1) {
        ssize_t part = read(command_fd, line + used, size - 1 - used);
        if (part <= 0)
            return false;
        used += (size_t)part;
        if (line[used - 1] == '\n')
            break;
    }
    line[used] = '\0';
    const char *at = strstr(line, "\"id\":");
    id = at != NULL ? atol(at + 5) : -1;
    return true;
}

/* Two generations that ignore what can be ignored; one even leaves the session. */
static void leave_children(void)
{
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            signal(SIGHUP, SIG_IGN);
            if (i == 1)
                setsid();
            if (i == 2 && fork() != 0)
                _exit(0);
            setpgid(0, 0);
            for (;;)
                pause();
        }
    }
}

static void misbehave_in_run(void)
{
    static char text[1 << 16];
    if (is_way("segfault")) {
        fprintf(stderr, "about to fall over\n");
        raise(SIGSEGV);
    } else if (is_way("exit")) {
        exit(3);
    } else if (is_way("exit-silently")) {
        exit(0);
    } else if (is_way("hang")) {
        for (;;)
            pause();
    } else if (is_way("garbage")) {
        say("this is no JSON\n");
    } else if (is_way("binary")) {
        say("\x80\x81\xff\xfe\n");
    } else if (is_way("wrong-id")) {
        id += 5;
        ok("\"wall_ns\":1");
    } else if (is_way("half-a-line")) {
        say("{\"id\":3,\"ok\":tr");
        exit(0);
    } else if (is_way("flood")) {
        memset(text, 'x', sizeof text);
        for (int i = 0; i < 200 * 16; i++) {
            if (write(1, text, sizeof text) < 0 || (i % 2 == 0 && write(2, text, 1000) < 0))
                exit(1);
        }
        printf("\nthe end\n");
        fflush(stdout);
    } else if (is_way("endless-line")) {
        memset(text, 'x', sizeof text);
        for (;;) {
            if (write(reply_fd, text, sizeof text) < 0)
                exit(0);
        }
    } else if (is_way("close-all")) {
        for (int fd = 0; fd < 64; fd++)
            close(fd);
        for (;;)
            pause();
    } else if (is_way("twice")) {
        ok("\"wall_ns\":1");
    } else if (is_way("children-then-die")) {
        leave_children();
        raise(SIGKILL);
    } else if (is_way("children")) {
        leave_children();
    } else if (is_way("stop")) {
        raise(SIGSTOP);
    } else if (is_way("orderly-error")) {
        char line[200];
        snprintf(
            line, sizeof line,
            "{\"id\":%ld,\"ok\":false,\"error\":{\"kind\":\"exception\",\"type\":\"ValueError\","
            "\"message\":\"no\",\"task\":1}}\n",
            id);
        say(line);
    } else if (is_way("memory")) {
        void *much = malloc((size_t)1 << 32);
        fprintf(stderr, "4 GiB: %s\n", much != NULL ? "given" : "refused");
        free(much);
    }
}

static void report_surroundings(void)
{
    char fields[512], fds[200] = "";
    size_t used = 0;
    for (int fd = 0; fd < 256; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 && used < sizeof fds - 8)
            used += (size_t)snprintf(fds + used, sizeof fds - used, "%s%d", used ? "," : "", fd);
    }
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    char folder[256] = "";
    if (getcwd(folder, sizeof folder) == NULL)
        folder[0] = '\0';
    snprintf(fields, sizeof fields,
             "\"fds\":\"%s\",\"counters\":\"%s\",\"session\":%s,\"blocked\":%s,\"cwd\":\"%s\"", fds,
             getenv("PAYOFF_COUNTER_FDS"), getsid(0) == getpid() ? "true" : "false",
             sigismember(&blocked, SIGUSR1) ? "true" : "false", folder);
    ok(fields);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        way = argv[1];
    if (is_way("crash-at-start"))
        abort();
    if (is_way("exit-at-start")) {
        fprintf(stderr, "no module named x\n");
        return 1;
    }
    if (is_way("hang-at-start"))
        pause();
    const char *commands = getenv("PAYOFF_COMMAND_FD"), *replies = getenv("PAYOFF_REPLY_FD");
    if (commands == NULL || replies == NULL)
        return 2;
    command_fd = atoi(commands);
    reply_fd = atoi(replies);
    char line[65536];
    while (read_command(line, sizeof line)) {
        if (strstr(line, "\"cmd\":\"hello\"") != NULL) {
            ok(is_way("old")
                   ? "\"protocol\":0,\"runtime\":{\"name\":\"x\",\"version\":\"1\"},\"modes\":[]"
                   : "\"protocol\":1,\"runtime\":{\"name\":\"test\",\"version\":\"1\"},"
                     "\"modes\":[\"serial\"],\"pid\":1");
        } else if (strstr(line, "\"cmd\":\"run\"") != NULL) {
            misbehave_in_run();
            ok(is_way("absurd-clock") ? "\"wall_ns\":1000000000000000,\"before\":[],\"after\":[]"
                                      : "\"wall_ns\":100,\"cpu_ns\":90,\"before\":[],\"after\":[],"
                                        "\"workers\":[{\"id\":0,\"tasks\":2,\"wall_ns\":50}]");
        } else if (strstr(line, "\"cmd\":\"look\"") != NULL) {
            report_surroundings();
        } else if (strstr(line, "\"cmd\":\"leave\"") != NULL) {
            if (is_way("does-not-leave"))
                for (;;)
                    pause();
            ok("");
            return 0;
        } else {
            ok("");
        }
    }
    return 0;
}
