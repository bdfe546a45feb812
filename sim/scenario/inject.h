/* Messages that no votequorum sends: what a step `inject` multicasts. */
#ifndef SIM_SCENARIO_INJECT_H
#define SIM_SCENARIO_INJECT_H

#include "sim/scenario/reader.h"
#include "sim/scenario/write.h"
#include "sim/scenario/yaml.h"

/* Does not return when a votequorum could send it. */
void read_inject(struct reader *reader, const struct tree *value, struct step *step);
/* The keys that are not what they are when left out. */
void write_injected(struct yaml *yaml, const struct injected *injected);

#endif
