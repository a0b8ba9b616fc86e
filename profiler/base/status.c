#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void status_make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') || *text == 127)
            *text = '?';
}

__attribute__((format(printf, 2, 0))) static void
status_vformat(struct status *st, const char *format, va_list arguments)
{
    int length = vsnprintf(st->message, sizeof st->message, format, arguments);
    if (length < 0)
        snprintf(st->message, sizeof st->message, "(message could not be formatted)");
    status_make_printable(st->message);
}

bool status_fail(struct status *st, enum status_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    st->code = code;
    st->sys_errno = 0;
    status_vformat(st, format, arguments);
    va_end(arguments);
    return false;
}

bool status_fail_errno(struct status *st, int sys_errno, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    st->code = sys_errno == ENOMEM ? STATUS_MEMORY : STATUS_SYSTEM;
    st->sys_errno = sys_errno;
    status_vformat(st, format, arguments);
    va_end(arguments);

    /* strerror_r (the GNU one) is the thread-safe form; it may ignore the buffer it is given. */
    char text[128];
    size_t used = strlen(st->message);
    snprintf(st->message + used, sizeof st->message - used, ": %s",
             strerror_r(sys_errno, text, sizeof text));
    return false;
}

bool status_prefix(struct status *st, const char *format, ...)
{
    char old[sizeof st->message];
    memcpy(old, st->message, sizeof old);

    va_list arguments;
    va_start(arguments, format);
    status_vformat(st, format, arguments);
    va_end(arguments);

    size_t used = strlen(st->message);
    snprintf(st->message + used, sizeof st->message - used, ": %.*s", (int)sizeof old, old);
    return false;
}

const char *status_code_name(enum status_code code)
{
    switch (code) {
    case STATUS_OK:
        return "ok";
    case STATUS_USAGE:
        return "usage";
    case STATUS_NOT_FOUND:
        return "not found";
    case STATUS_DATA:
        return "data";
    case STATUS_UNAVAILABLE:
        return "unavailable";
    case STATUS_SYSTEM:
        return "system";
    case STATUS_MEMORY:
        return "memory";
    case STATUS_TIMEOUT:
        return "timeout";
    case STATUS_ENDED:
        return "ended";
    case STATUS_SUBJECT:
        return "subject";
    case STATUS_CANCELLED:
        return "cancelled";
    case STATUS_INTERNAL:
        return "internal";
    }
    return "internal";
}
