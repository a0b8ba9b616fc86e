#include "machine/files.h"

#include "machine/interrupt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool files_fail(struct status *st, int sys_errno, const char *verb, const char *path)
{
    status_fail_errno(st, sys_errno, "cannot %s %s", verb, path);
    if (sys_errno == ENOENT)
        st->code = STATUS_NOT_FOUND;
    return false;
}

static bool read_all(int fd, const char *path, size_t limit, char **data, size_t *size,
                     struct status *st)
{
    size_t used = 0, room = 0;
    char *text = NULL;
    for (;;) {
        if (room - used < 2) {
            room = room == 0 ? 4096 : room * 2;
            char *more = realloc(text, room);
            if (more == NULL) {
                files_fail(st, ENOMEM, "read", path);
                goto fail;
            }
            text = more;
        }
        ssize_t got = read(fd, text + used, room - used - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            files_fail(st, errno, "read", path);
            goto fail;
        }
        if (got == 0)
            break;
        used += (size_t)got;
        if (limit > 0 && used > limit) {
            status_fail(st, STATUS_DATA, "cannot read %s: larger than %zu bytes", path, limit);
            goto fail;
        }
    }
    text[used] = '\0';
    *data = text;
    *size = used;
    return true;
fail:
    free(text);
    return false;
}

bool files_read(const char *path, size_t limit, char **data, size_t *size, struct status *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return files_fail(st, errno, "read", path);
    bool ok = read_all(fd, path, limit, data, size, st);
    close(fd);
    return ok;
}

/* Waits until a piece can be written. A reader that reads gets all of it, after an interrupt too;
 * for one that does not, a program that was told to end does not stay. */
static bool wait_for_room(int fd, struct status *st)
{
    enum { GRACE_MS = 1000 };
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    for (;;) {
        int ready = interrupt_poll(&wait, 1, NULL);
        if (ready < 0 && errno == EINTR && interrupt_pending())
            ready = poll(&wait, 1, GRACE_MS);
        if (ready > 0)
            return true;
        if (ready == 0)
            return status_fail(st, STATUS_CANCELLED, "interrupted, and nobody reads");
        if (errno != EINTR)
            return status_fail_errno(st, errno, "cannot wait to write");
    }
}

/* A pipe's, a terminal's: writing waits for a reader, and over a signal that comes right before. */
static bool may_block(int fd)
{
    struct stat found;
    return fstat(fd, &found) == 0 && !S_ISREG(found.st_mode);
}

bool files_write_all(int fd, const void *data, size_t size, struct status *st)
{
    const char *at = data;
    bool in_pieces = may_block(fd);
    while (size > 0) {
        if (in_pieces && !wait_for_room(fd, st))
            return false;
        ssize_t done = write(fd, at, in_pieces && size > PIPE_BUF ? PIPE_BUF : size);
        if (done >= 0) {
            at += done;
            size -= (size_t)done;
        } else if (errno == EPIPE) {
            status_fail_errno(st, EPIPE, "cannot write");
            st->code = STATUS_ENDED;
            return false;
        } else if (errno != EINTR && errno != EAGAIN) {
            return status_fail_errno(st, errno, "cannot write");
        }
    }
    return true;
}

static bool write_in_place(const char *path, files_fill *fill, void *context, struct status *st)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return files_fail(st, errno, "write", path);
    bool ok = fill(context, fd, st) || status_prefix(st, "%s", path);
    close(fd);
    return ok;
}

/* Opens a file of a new name beside `path`. O_EXCL and our own name rather than mkstemp, so that
 * the umask decides on its permissions as it would for `path`. */
static int open_beside(const char *path, char **name, struct status *st)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        if (asprintf(name, "%s.%ld-%d.tmp", path, (long)getpid(), attempt) < 0) {
            *name = NULL;
            files_fail(st, ENOMEM, "write", path);
            return -1;
        }
        int fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        int reason = errno;
        free(*name);
        *name = NULL;
        if (reason != EEXIST) {
            files_fail(st, reason, "write", path);
            return -1;
        }
    }
    files_fail(st, EEXIST, "make a temporary file beside", path);
    return -1;
}

/* The rename itself is durable once the folder is; not every file system can sync one, and the text
 * is safe in either file by then, so failure is no error. */
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static bool write_beside(const char *path, const struct stat *old, files_fill *fill, void *context,
                         struct status *st)
{
    char *name = NULL;
    int fd = open_beside(path, &name, st);
    if (fd < 0)
        return false;
    bool ok = fill(context, fd, st) || status_prefix(st, "%s", path);
    if (ok && old != NULL && fchmod(fd, old->st_mode & 07777) != 0)
        ok = files_fail(st, errno, "keep the permissions of", path);
    if (ok && fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        ok = files_fail(st, errno, "write", path);
    /* Some file systems (NFS, quotas) report the full disk only here. */
    if (close(fd) != 0 && ok)
        ok = files_fail(st, errno, "write", path);
    if (ok && rename(name, path) != 0)
        ok = files_fail(st, errno, "replace", path);
    if (ok)
        sync_folder_of(path);
    else
        unlink(name);
    free(name);
    return ok;
}

bool files_write_by(const char *path, files_fill *fill, void *context, struct status *st)
{
    struct stat old;
    if (stat(path, &old) != 0)
        return errno == ENOENT ? write_beside(path, NULL, fill, context, st)
                               : files_fail(st, errno, "write", path);
    if (S_ISDIR(old.st_mode))
        return files_fail(st, EISDIR, "write", path);
    if (!S_ISREG(old.st_mode))
        return write_in_place(path, fill, context, st);
    char *real = NULL;
    if (!files_real_path(path, &real, st))
        return false;
    bool ok = write_beside(real, &old, fill, context, st);
    free(real);
    return ok;
}

struct text {
    const void *data;
    size_t size;
};

static bool fill_with_text(void *context, int fd, struct status *st)
{
    const struct text *text = context;
    return files_write_all(fd, text->data, text->size, st);
}

bool files_write(const char *path, const void *data, size_t size, struct status *st)
{
    struct text text = {data, size};
    return files_write_by(path, fill_with_text, &text, st);
}

static bool make_dir(const char *path, struct status *st)
{
    struct stat found;
    if (mkdir(path, 0777) == 0)
        return true;
    int reason = errno;
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return true;
    return files_fail(st, reason == EEXIST ? ENOTDIR : reason, "make the folder", path);
}

bool files_make_dirs(const char *path, struct status *st)
{
    char *partial = strdup(path);
    if (partial == NULL)
        return files_fail(st, ENOMEM, "make the folder", path);
    bool ok = true;
    for (char *at = partial + 1; ok && partial[0] != '\0' && *at != '\0'; at++) {
        if (*at == '/' && at[-1] != '/') {
            *at = '\0';
            ok = make_dir(partial, st);
            *at = '/';
        }
    }
    ok = ok && make_dir(path, st);
    free(partial);
    return ok;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void files_list_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

bool files_scratch(const char *what, char **path, struct status *st)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] == '\0')
        base = "/tmp";
    if (asprintf(path, "%s/payoff-%s-XXXXXX", base, what) < 0) {
        *path = NULL;
        return status_fail(st, STATUS_MEMORY, "out of memory for the name of a folder");
    }
    if (mkdtemp(*path) != NULL)
        return true;
    files_fail(st, errno, "make a temporary folder in", base);
    free(*path);
    *path = NULL;
    return false;
}

bool files_list(const char *path, char ***names, size_t *count, struct status *st)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return files_fail(st, errno, "list", path);
    char **list = NULL;
    size_t used = 0, room = 0;
    int reason = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            reason = errno;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (used == room) {
            room = room == 0 ? 16 : room * 2;
            char **more = reallocarray(list, room, sizeof *list);
            if (more == NULL) {
                reason = ENOMEM;
                break;
            }
            list = more;
        }
        if ((list[used] = strdup(entry->d_name)) == NULL) {
            reason = ENOMEM;
            break;
        }
        used++;
    }
    closedir(folder);
    if (reason != 0) {
        files_list_free(list, used);
        return files_fail(st, reason, "list", path);
    }
    if (used > 0)
        qsort(list, used, sizeof *list, compare_names);
    *names = list;
    *count = used;
    return true;
}

bool files_stat(const char *path, struct files_stat *out, struct status *st)
{
    struct stat found;
    if (stat(path, &found) != 0 && (errno != ENOENT || lstat(path, &found) != 0))
        return files_fail(st, errno, "look at", path);
    *out = (struct files_stat){
        .type = S_ISREG(found.st_mode)    ? "file"
                : S_ISDIR(found.st_mode)  ? "directory"
                : S_ISLNK(found.st_mode)  ? "link"
                : S_ISFIFO(found.st_mode) ? "fifo"
                : S_ISSOCK(found.st_mode) ? "socket"
                                          : "device",
        .size_bytes = found.st_size > 0 ? (uint64_t)found.st_size : 0,
        .mtime_ns = (int64_t)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec,
        .mode = found.st_mode & 07777,
        .is_trusted =
            (found.st_uid == geteuid() || found.st_uid == 0) && (found.st_mode & S_IWOTH) == 0,
    };
    return true;
}

bool files_remove(const char *path, struct status *st)
{
    return remove(path) == 0 || files_fail(st, errno, "remove", path);
}

bool files_real_path(const char *path, char **real, struct status *st)
{
    char *found = realpath(path, NULL);
    if (found == NULL)
        return files_fail(st, errno, "find", path);
    *real = found;
    return true;
}
