#include "machine/command_spawn.h"

#include "machine/files.h"
#include "machine/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The descriptors of one start; -1 where there is none. */
struct ends {
    int input, out[2], err[2];
};

static void ends_close(struct ends *ends)
{
    int *all[] = {&ends->input, &ends->out[0], &ends->out[1], &ends->err[0], &ends->err[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
}

/* Text for standard input goes into memory of its own, so that nobody has to feed a pipe. */
static int input_open(const struct command *command, struct status *st)
{
    if (command->input == NULL) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            status_fail_errno(st, errno, "cannot open /dev/null");
        return fd;
    }
    int fd = memfd_create("payoff-input", MFD_CLOEXEC);
    if (fd < 0) {
        status_fail_errno(st, errno, "cannot make a program's input");
        return -1;
    }
    if (!files_write_all(fd, command->input, command->input_size, st)) {
        close(fd);
        return -1;
    }
    if (lseek(fd, 0, SEEK_SET) != 0) {
        status_fail_errno(st, errno, "cannot rewind a program's input");
        close(fd);
        return -1;
    }
    return fd;
}

static bool ends_open(const struct command *command, struct ends *ends, struct status *st)
{
    *ends = (struct ends){-1, {-1, -1}, {-1, -1}};
    if ((ends->input = input_open(command, st)) < 0)
        return false;
    if (pipe2(ends->out, O_CLOEXEC) != 0 || pipe2(ends->err, O_CLOEXEC) != 0 ||
        fcntl(ends->out[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(ends->err[0], F_SETFL, O_NONBLOCK) != 0) {
        status_fail_errno(st, errno, "cannot make pipes");
        ends_close(ends);
        return false;
    }
    return true;
}

/* Returns an error number, as posix_spawn does. */
static int prepare_files(posix_spawn_file_actions_t *actions, const struct command *command,
                         const struct ends *ends)
{
    int error = 0;
    if (command->cwd != NULL)
        error = posix_spawn_file_actions_addchdir_np(actions, command->cwd);
    /* dup2 clears close-on-exec, also (glibc) where both numbers are the same. */
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(actions, ends->input, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(actions, ends->out[1], 1);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(actions, ends->err[1], 2);
    return error;
}

static int prepare_attributes(posix_spawnattr_t *attributes)
{
    /* Handlers fall back to the default on exec by themselves; what is ignored does not. */
    sigset_t defaults, blocked;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigemptyset(&blocked);
    int error = posix_spawnattr_setpgroup(attributes, 0);
    if (error == 0)
        error = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &blocked);
    if (error == 0)
        error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                         POSIX_SPAWN_SETSIGMASK);
    return error;
}

static int spawn(const char *program, const struct command *command, const struct ends *ends,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = prepare_files(&actions, command, ends);
        if (error == 0)
            error = prepare_attributes(&attributes);
        if (error == 0)
            /* posix_spawn takes char *const[] for history's sake and writes to neither. */
            error = posix_spawn(
                pid, program, &actions, &attributes, (char *const *)(uintptr_t)command->argv,
                command->environment != NULL ? (char *const *)(uintptr_t)command->environment
                                             : environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static const char *search_path(const struct command *command)
{
    for (size_t i = 0; command->environment != NULL && command->environment[i] != NULL; i++) {
        if (strncmp(command->environment[i], "PATH=", 5) == 0)
            return command->environment[i] + 5;
    }
    return NULL;
}

static bool check_folder(const char *cwd, struct status *st)
{
    struct files_stat found;
    if (cwd == NULL)
        return true;
    if (!files_stat(cwd, &found, st))
        return false;
    if (strcmp(found.type, "directory") != 0)
        return status_fail(st, STATUS_NOT_FOUND, "%s is no folder", cwd);
    return true;
}

bool command_spawn(const struct command *command, pid_t *pid, int pipes[2], struct status *st)
{
    const char *name = command->argv[0];
    char *program = NULL;
    struct ends ends;
    if (name == NULL)
        return status_fail(st, STATUS_USAGE, "a command needs at least a program");
    if (!check_folder(command->cwd, st))
        return false;
    /* A name with a slash is taken as it is, seen from the folder the program starts in. */
    program = strchr(name, '/') != NULL ? strdup(name) : NULL;
    if (program == NULL && !program_find(name, search_path(command), &program, st))
        return false;
    if (!ends_open(command, &ends, st)) {
        free(program);
        return false;
    }
    int error = spawn(program, command, &ends, pid);
    if (error == 0) {
        pipes[0] = ends.out[0];
        pipes[1] = ends.err[0];
        ends.out[0] = ends.err[0] = -1;
    } else {
        status_fail_errno(st, error, "cannot run %s", name);
        if (error == ENOENT)
            st->code = STATUS_NOT_FOUND;
    }
    ends_close(&ends);
    free(program);
    return error == 0;
}
