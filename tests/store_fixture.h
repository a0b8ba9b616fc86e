/* store_fixture: a folder of its own for each test of the store, and a small run to fill. */
#ifndef PAYOFF_TESTS_STORE_FIXTURE_H
#define PAYOFF_TESTS_STORE_FIXTURE_H

#include "store/sample.h"
#include "store/store.h"

struct fixture {
    char folder[64];
    char path[96]; /* <folder>/runs.db */
};

/* For cmocka's set-up and tear-down: *state becomes a struct fixture. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* Opens for writing, made if need be; the test fails where it cannot. */
struct store *fixture_open(const struct fixture *fixture);

/* A run with one subject and one cell; returns the cell's number. */
int64_t fixture_cell(struct store *store, const char *run_name);

/* A sample of that cell with three readings, different for each index. */
struct sample_row fixture_sample(int64_t cell, int64_t index);

/* All samples of all runs. */
int64_t fixture_count(struct store *store);

#endif
