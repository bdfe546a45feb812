/*
 * Defects of the real thing that a scenario is there to show: it names the rules
 * that it breaches. Between the reader, which does not know the judge, and the
 * judge, which does not care what a scenario hopes for.
 */
#ifndef SIM_FINDINGS_H
#define SIM_FINDINGS_H

#include "sim/check/check.h"

/* Is every rule that the scenarios name one of the judge's? 0, or -1 with
 * "FILE:LINE:COLUMN: what, and what was meant" in message. */
int findings_check(const struct scenario_set *set, char *message, size_t message_size);
/* Does the scenario name the rule, and is what was found no documented hazard? */
bool finding_is_named(const struct scenario *scenario, const struct verdict *verdict);

#endif
