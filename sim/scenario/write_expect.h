/* What a step expects, as YAML. */
#ifndef SIM_SCENARIO_WRITE_EXPECT_H
#define SIM_SCENARIO_WRITE_EXPECT_H

#include "sim/scenario/scenario.h"
#include "sim/scenario/yaml.h"

/* "expect: {...}" */
void write_expect(struct yaml *yaml, const struct scenario *scenario, const struct expectation *expect);

#endif
