/* The clients of a scenario: made at first use, known by node and name. */
#ifndef SIM_SCENARIO_CLIENT_H
#define SIM_SCENARIO_CLIENT_H

#include "sim/scenario/reader.h"

/* The client that a library call's mapping names, made when it is new. */
uint32_t client_use(struct reader *reader, const struct fields *fields);
/* The one that must have been used before. */
uint32_t client_known(struct reader *reader, const struct fields *fields);
/* By `name` or `name@node`, as expectations name them. */
uint32_t client_named(struct reader *reader, const struct tree *name);

#endif
