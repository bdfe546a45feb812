/*
 * A configuration in words: what each setting does, what the manual warns of, and what
 * the manual says of each hazard.
 */
#ifndef SIM_EXPLORE_SETTINGS_H
#define SIM_EXPLORE_SETTINGS_H

#include "sim/explore/classes.h"

#define SETTINGS_MAX 16u
#define WARNINGS_MAX 16u

struct setting {         /* one that is in force */
	const char *key; /* as corosync.conf has it */
	char value[128];
	char says[256]; /* what it does */
};

struct warning {
	const char *id; /* stable, for programs */
	char says[512];
};

struct settings {
	uint32_t setting_count, warning_count;
	struct setting settings[SETTINGS_MAX];
	struct warning warnings[WARNINGS_MAX];
	uint32_t expected_votes, total_votes, quorum; /* all nodes up */
	bool starts_quorate;
	uint32_t flags;        /* VQ_INFO_* of the first node */
	uint32_t device_votes; /* 0: no device is configured */
};

/* probe: at its start, all nodes up. */
void settings_make(struct settings *settings, const struct scenario *scenario, const struct classes *classes,
		   const struct probe *probe);

/* Of hazard 1 .. 12: what it is, with who says so; and what to do. "" for another number. */
const char *hazard_says(uint32_t hazard);
const char *hazard_advice(uint32_t hazard);

#endif
