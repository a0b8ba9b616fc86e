/* clock: what time it is, and waiting. Thread-safe. */
#ifndef PAYOFF_MACHINE_CLOCK_H
#define PAYOFF_MACHINE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CLOCK_MONOTONIC: does not jump when the wall clock is set; stands still during suspend. */
uint64_t clock_monotonic_ns(void);

/* Waits; false when a signal came first that interrupt_pending tells of. */
bool clock_sleep_ns(uint64_t duration_ns);

/* "2026-11-23T12:00:00Z": UTC, ISO 8601. `size` of at least 32. */
void clock_iso_now(char *text, size_t size);

#endif
