/* fake_root: a folder that plays / for the rooms that read /proc and /sys below a root. */
#ifndef PAYOFF_TESTS_FAKE_ROOT_H
#define PAYOFF_TESTS_FAKE_ROOT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char root[64];

static inline int root_make(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/payoff-root-XXXXXX");
    return mkdtemp(root) == NULL;
}

static inline int root_remove(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command);
}

/* Writes a file, making the folders above it. */
static inline void root_put(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#define ROOT_TEST(name) cmocka_unit_test_setup_teardown(name, root_make, root_remove)

#endif
