/* A scenario as one line of JSON, for programs that are not written in C. */
#ifndef SIM_SCENARIO_DUMP_H
#define SIM_SCENARIO_DUMP_H

#include <stdio.h>

#include "sim/scenario/scenario.h"

/*
 * The whole scenario as it was read: matrix expanded, defaults filled in, names
 * as in the language, nodes by their ids, clients as {"node", "client"}.
 * Durations end in _ns or _ms, ratios in _ppm; errors, states, flags and
 * dispatch types are names or numbers as libvotequorum's headers have them.
 * -1 when `to` could not be written to.
 */
int scenario_dump_json(const struct scenario *scenario, FILE *to);

#endif
