/* versions: what this binary is made of. A wing that brings a library adds one line to the table in
 * versions.c, with a function of its own that asks the library; `text` is called when someone asks,
 * and is a string that lives for ever. */
#ifndef PAYOFF_LUA_VERSIONS_H
#define PAYOFF_LUA_VERSIONS_H

struct version {
    const char *name;
    const char *(*text)(void); /* may return NULL: unknown */
};

/* Ends with a NULL name. Thread-safe. */
extern const struct version versions_table[];

#endif
