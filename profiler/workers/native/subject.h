/* subject: a function of a shared library, loaded and ready to be called. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_SUBJECT_H
#define PAYOFF_WORKERS_NATIVE_SUBJECT_H

#include "workers/native/call.h"

#include <limits.h>

struct subject {
    void *library;       /* dlopen's handle; NULL: nothing is loaded */
    int64_t load_ns;     /* wall time of dlopen and dlsym */
    char file[PATH_MAX]; /* the file that was really loaded; "" when unknown */
    struct call call;
};

/* Loads `library` (as dlopen: with a slash a path, without one a name to search for), finds
 * `symbol` in it and prepares calls by `signature`. STATUS_USAGE for a bad signature,
 * STATUS_NOT_FOUND when the library or the symbol cannot be had, with advice; then nothing stays
 * loaded. */
bool subject_load(struct subject *subject, const char *library, const char *symbol,
                  const char *signature, size_t signature_length, struct status *st);

/* Unloads; does nothing when nothing is loaded. */
void subject_unload(struct subject *subject);

#endif
