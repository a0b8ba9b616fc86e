/* fake_plan: plans on machines of every kind, played by source_fake; for test_group*.c. */
#ifndef PAYOFF_TESTS_FAKE_PLAN_H
#define PAYOFF_TESTS_FAKE_PLAN_H

#include "plan_text.h"

#include "counters/source_fake.h"

static struct source_fake fake;
static struct source source;

static inline int set_up(void **state)
{
    (void)state;
    source_fake_reset(&fake);
    source = source_fake_make(&fake);
    return 0;
}

/* Whatever a plan does, it leaves no descriptor behind. */
static inline int tear_down(void **state)
{
    (void)state;
    return fake.open_count != 0;
}

static inline struct group_plan *plan_of(const char *text)
{
    return plan_from(&source, text);
}

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
