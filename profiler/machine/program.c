#include "machine/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

static char *absolute(const char *path)
{
    if (path[0] == '/')
        return strdup(path);
    char *folder = getcwd(NULL, 0), *joined = NULL;
    if (folder != NULL && asprintf(&joined, "%s/%s", folder, path) < 0)
        joined = NULL;
    free(folder);
    return joined;
}

static bool found(const char *candidate, char **path, struct status *st)
{
    *path = absolute(candidate);
    return *path != NULL || status_fail_errno(st, errno, "cannot find the current folder");
}

bool program_find(const char *name, const char *search, char **path, struct status *st)
{
    if (strchr(name, '/') != NULL)
        return is_program(name)
                   ? found(name, path, st)
                   : status_fail(st, STATUS_NOT_FOUND, "%s is no program that can be run", name);
    if (search == NULL)
        search = getenv("PATH");
    if (search == NULL)
        search = "/usr/local/bin:/usr/bin:/bin"; /* what a shell falls back to */
    while (name[0] != '\0') {
        size_t length = strcspn(search, ":");
        char *candidate = NULL;
        /* An empty element means the current folder (POSIX, "Other Environment Variables"). */
        if (asprintf(&candidate, "%.*s/%s", length > 0 ? (int)length : 1, length > 0 ? search : ".",
                     name) < 0)
            return status_fail(st, STATUS_MEMORY, "out of memory while searching %s", name);
        bool hit = is_program(candidate), ok = hit && found(candidate, path, st);
        free(candidate);
        if (hit)
            return ok;
        if (search[length] == '\0')
            break;
        search += length + 1;
    }
    return status_fail(st, STATUS_NOT_FOUND, "%s is not installed (not found in PATH)", name);
}
