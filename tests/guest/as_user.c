/* as_user UID PROGRAM [ARGUMENT…]: becomes that user, without groups and capabilities, then PROGRAM. */
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    unsigned uid = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    if (uid == 0 || setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
        setresuid(uid, uid, uid) != 0)
        return 126;
    execvp(argv[2], &argv[2]);
    return 127;
}
