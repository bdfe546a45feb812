/*
 * What clients were seen to get: lines in the form of the trace (JSON, one object
 * a line), and the comparison of a run with them. Each client has two streams, its
 * callbacks and its replies, each in order: between the two the machine's timing decides.
 *
 * Of ring ids their order counts and which are the same. `step` counts, where it
 * stands, for nodelists: they must have come when their step has settled. `t` does
 * not count, nor do the replies `initialize` and `dispatch`.
 */
#ifndef SIM_EXPLORE_RECORDING_H
#define SIM_EXPLORE_RECORDING_H

#include "sim/world/observe.h"

struct recorded { /* one line */
	uint32_t line;
	uint32_t step; /* UINT32_MAX: not told */
	bool is_reply;
	uint32_t kind; /* enum vq_notification_kind, or enum verb of a reply */
	int error;     /* reply */
	uint64_t context;
	struct vq_ring_id ring; /* seq: the number of the ring in the recording, from 1 */
	uint64_t sequence;      /* of the ring, as recorded */
	bool any;               /* quorum, when neither quorate nor nodes is told */
	uint32_t quorate, expected_votes;
	uint32_t given; /* getinfo: bit 1u << enum info_field */
	struct vq_info info;
	uint32_t count;
	struct vq_entry *entries;
	bool has_context; /* context_get */
};

struct recording {
	uint32_t client_count;
	struct recorded_stream {
		uint32_t count;
		struct recorded *lines;
	} * streams;         /* 2 * client: callbacks, 2 * client + 1: replies */
	bool *watched;       /* client -> the recording has lines of it; of others any line is right */
	uint32_t ring_count; /* different rings */
	uint32_t line_count; /* of the whole */
	void *memory;
};

/* 0, or -1 and a message "FILE:LINE:COLUMN: ...". */
int recording_read(const char *path, const struct scenario *scenario, struct recording *recording, char *message,
		   size_t message_size);
void recording_free(struct recording *recording);

/* How far a run has come along a recording: flat, recording_progress_size() bytes. */
struct recording_progress {
	uint32_t matched; /* lines */
	uint32_t failed;
	uint32_t failed_stream, reserved;
	struct vq_ring_id rings[]; /* by recorded ring, the run's; seq 0: not met. Then by stream: u32 position */
};
size_t recording_progress_size(const struct recording *recording);
uint32_t *recording_positions(const struct recording *recording, struct recording_progress *progress);
/* Compare one observation; sets failed when it is not what the recording has next. */
void recording_follow(const struct recording *recording, struct recording_progress *progress,
		      const struct observation *observation);
/* The ring that a client which has come so far is told next, or so many later, in this
 * step or before; NULL: none, or not known. */
const struct recorded *recording_next_ring(const struct recording *recording,
					   const struct recording_progress *progress, uint32_t client, uint32_t step,
					   uint32_t later);
bool recording_complete(const struct recording *recording, const struct recording_progress *progress);

#endif
