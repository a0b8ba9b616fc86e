#include "machine/streams.h"

#include <errno.h>
#include <fcntl.h>

bool streams_guard(struct status *st)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* The lowest free number is this one, since those below it are open. */
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            return status_fail_errno(st, errno, "/dev/null, in place of descriptor %d", fd);
    }
    return true;
}
