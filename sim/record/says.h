/* What a line of corosync's says. */
#ifndef SIM_RECORD_SAYS_H
#define SIM_RECORD_SAYS_H

#include "sim/record/fact.h"

/*
 * The text after "[SUBSYSTEM]", NUL-terminated; subsystem without blanks. Fills in what the kind has; FACT_NONE: nothing
 * that matters here. Lists and words are in the record's memory.
 */
void says(struct record *record, const char *subsystem, const char *text, struct fact *fact);
/* Is it one of the subsystems that say something? */
bool says_subsystem(const char *subsystem);

#endif
