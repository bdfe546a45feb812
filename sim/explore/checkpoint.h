/*
 * An exploration on disk, so that one that was killed goes on where it was. The file
 * holds the states, how far they were gone on from, and which events showed what first;
 * words are found again by trying those events once more. Native byte order: it is for
 * the machine and the version that wrote it.
 */
#ifndef SIM_EXPLORE_CHECKPOINT_H
#define SIM_EXPLORE_CHECKPOINT_H

#include "sim/explore/explore.h"
#include "sim/explore/states.h"
#include "sim/explore/walker.h"

struct checkpoint_finding {
	struct shown shown;
	uint32_t state, event; /* that showed it first */
	uint32_t reserved;
	uint64_t more;
};

struct checkpoint {
	uint64_t subject[2]; /* the digest of what is explored, and how */
	uint64_t next;       /* the first state that was not gone on from */
	uint64_t transitions, simulated, breaches, quorate_lost, dropped;
	struct explore_interleavings interleavings;
	uint32_t depth_done;
	uint32_t cut;
	uint32_t finding_count;
	uint32_t reserved;
};

/* Replaces the file at once, by a new one beside it (PATH.new). False: it could not, errno says why. */
bool checkpoint_write(const char *path, const struct checkpoint *checkpoint, const struct states *states,
		      const struct checkpoint_finding *findings);

enum checkpoint_read { CHECKPOINT_READ, CHECKPOINT_NONE, CHECKPOINT_BAD, CHECKPOINT_OTHER, CHECKPOINT_ERROR };
/* states: open and empty. findings: owned by the caller then. NONE: there is no such file; BAD: it is not
 * whole; OTHER: of another subject; ERROR: errno says which. */
enum checkpoint_read checkpoint_read(const char *path, const uint64_t subject[2], struct checkpoint *checkpoint,
				     struct states *states, struct checkpoint_finding **findings);

#endif
