/*
 * Random search: very many drawn scenarios under the judge, and what they found, each
 * kind once, with how often it was found and the first run that shows it.
 *
 * What comes of a seed and a range of runs is the same on any machine and with any
 * number of threads.
 */
#ifndef SIM_EXPLORE_SWARM_H
#define SIM_EXPLORE_SWARM_H

#include "sim/swarm/draw.h"
#include "sim/explore/find.h"

/* What a cluster's corosync.conf uses, and its administrators do: bits of swarm_finding.features. */
enum feature {
	FEATURE_TWO_NODE = 1 << 0,
	FEATURE_WAIT_FOR_ALL = 1 << 1,
	FEATURE_AUTO_TIE_BREAKER = 1 << 2,
	FEATURE_LAST_MAN_STANDING = 1 << 3,
	FEATURE_ALLOW_DOWNSCALE = 1 << 4,
	FEATURE_EXPECTED_VOTES_TRACKING = 1 << 5,
	FEATURE_EXPECTED_VOTES = 1 << 6,
	FEATURE_DEVICE = 1 << 7,
	FEATURE_UNEVEN_VOTES = 1 << 8,
	FEATURE_RELOAD = 1 << 9,
	FEATURE_CALLS = 1 << 10, /* setvotes, setexpected, cancel_wait_for_all */
	FEATURE_COUNT = 11
};
uint32_t features_of(const struct scenario *scenario);
/* "auto_tie_breaker, uneven votes"; "plain votes" when there is none. */
void features_name(uint32_t features, char text[256]);

struct swarm_options {
	struct draw_options draw;
	uint64_t seed;
	uint64_t first, count; /* runs */
	uint32_t jobs;         /* threads; >= 1 */
	/* Called now and then by one thread at a time; may be NULL. */
	void (*progress)(void *ctx, uint64_t done);
	void *ctx;
};

struct swarm_finding {
	struct found found; /* of its first run */
	uint32_t features;
	uint64_t runs; /* that show it */
	uint64_t first_run;
};

struct swarm {
	struct find_totals totals; /* exercised: owned */
	uint32_t finding_count;
	struct swarm_finding *findings; /* owned; defects first, then by kind, rule, hazard, fewest features */
};

void swarm_search(const struct swarm_options *options, struct swarm *swarm);
void swarm_free(struct swarm *swarm);

#endif
