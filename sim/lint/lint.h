/*
 * What is legal in a scenario but likely wrong: an expectation that nothing can
 * break, a fault that changes nothing, a tracker that nobody reads.
 */
#ifndef SIM_LINT_LINT_H
#define SIM_LINT_LINT_H

#include "sim/run.h"

/* in the order of lint_ids */
enum lint_check {
	LINT_NO_DESCRIPTION,
	LINT_NAME_TWICE,
	LINT_EXPECTS_NOTHING,
	LINT_EMPTY_EXPECTATION,
	LINT_CANNOT_FAIL,
	LINT_REPEATED,
	LINT_UNREAD_TRACKER,
	LINT_UNUSED_CLIENT,
	LINT_IDLE_STEP,
	LINT_INERT_FAULT,
	LINT_VACUOUS,
	LINT_CHECK_COUNT
};
/* "no-description", ...: stable */
extern const char *const lint_ids[LINT_CHECK_COUNT];

struct lint_warning {
	enum lint_check check;
	struct position at;
	char what[256];
	const char *instead; /* what to do instead */
};

struct lint {
	uint32_t count;
	struct lint_warning *warnings; /* owned */
};

/* Same check, same place: told once. */
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
void lint_add(struct lint *lint, enum lint_check check, struct position at, const char *instead, const char *what,
	      ...);

/* All that can be told of one run of a scenario, sorted by place; result: its run. */
void lint_scenario(struct lint *lint, const struct scenario *scenario, const struct run_result *result);
/* Leave what `other` has, too: what holds in one variant of a matrix only is no fault of the text. */
void lint_keep_common(struct lint *lint, const struct lint *other);
void lint_free(struct lint *lint);

/* The parts of lint_scenario(). */
void lint_expectations(struct lint *lint, const struct scenario *scenario);
void lint_clients(struct lint *lint, const struct scenario *scenario);
void lint_steps(struct lint *lint, const struct scenario *scenario);
void lint_result(struct lint *lint, const struct scenario *scenario, const struct run_result *result);

/* Does the step's `expect` compare anything? */
bool lint_expects_something(const struct expectation *expect);

#endif
