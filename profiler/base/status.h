/* status: an error as a value. What failed, why (errno), and what to do about it, in one sentence.
 *
 * Every function of payoff that can fail takes a `struct status *` as its last parameter and
 * returns false (or NULL) after filling it. Nobody below main prints. A status owns no memory, may
 * be copied, and is not shared between threads. Success leaves it untouched: start from
 * STATUS_INIT. */
#ifndef PAYOFF_BASE_STATUS_H
#define PAYOFF_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

enum status_code {
    STATUS_OK = 0,
    STATUS_USAGE,       /* the caller or the user asked for something that cannot be meant */
    STATUS_NOT_FOUND,   /* a file, a symbol, an event that is not there */
    STATUS_DATA,        /* foreign data (a reply, a file) that does not parse */
    STATUS_UNAVAILABLE, /* this machine or this user cannot do it */
    STATUS_SYSTEM,      /* a system call failed; sys_errno says why */
    STATUS_MEMORY,      /* out of memory */
    STATUS_TIMEOUT,     /* a deadline passed */
    STATUS_ENDED,       /* the other side is gone: it exited, was killed, closed its pipe */
    STATUS_SUBJECT,     /* the subject itself failed: it raised, or cannot be loaded */
    STATUS_CANCELLED,   /* the user interrupted */
    STATUS_INTERNAL,    /* a bug in payoff */
};

struct status {
    enum status_code code;
    int sys_errno; /* 0 where no system call was involved */
    char message[1024];
};

#define STATUS_INIT ((struct status){.code = STATUS_OK, .sys_errno = 0, .message = {0}})

/* Fills `st` and returns false, so that a failing function can `return status_fail(st, …)`.
 * A message that does not fit is cut, never overrun; control characters in it (other than newline
 * and tab) become '?', since messages quote what strangers wrote. */
bool status_fail(struct status *st, enum status_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: appends ": strerror(sys_errno)". ENOMEM becomes
 * STATUS_MEMORY, every other number STATUS_SYSTEM. */
bool status_fail_errno(struct status *st, int sys_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the message of a failed status, as it travels upwards. */
bool status_prefix(struct status *st, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What status_fail does to its messages, for other texts that quote strangers and go to terminals:
 * control characters other than newline and tab become '?'. */
void status_make_printable(char *text);

/* Stable lower-case word for a code ("not found", "timeout", …): what Lua sees as third value. */
const char *status_code_name(enum status_code code);

#endif
