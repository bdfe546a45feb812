/*
 * The one source of choice. Everything that the scenario leaves open is asked of
 * choose(n, what); what stands behind it decides whether a run is plain, random,
 * a replay or one branch of a search. The world is the same.
 */
#ifndef SIM_CHOICE_H
#define SIM_CHOICE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/scenario.h"

enum choice_kind {
	CHOOSE_ORDER,   /* which sender's oldest message the ring orders next */
	CHOOSE_MOVE,    /* who moves to the next ring: 0 all, k those of the k-th old ring by
			 * themselves first, beyond: of the lowest with one node of another, last: any */
	CHOOSE_CONTACT, /* rings that find each other: 0 after the merge timeout, 1, 2 in the midst of a sync, 3 late */
	CHOOSE_JOIN, /* a node that starts, or was paused too long: 0 forms a ring alone first, 1 joins the others at once */
	CHOOSE_RECOVER, /* how many ordered messages of the old ring are lost with their senders */
	CHOOSE_WAKE,    /* how long until an application dispatches, in steps of 100 us */
	CHOOSE_EXIT,    /* a daemon that stops: 0 it is gone before its clients read, 1 they read what it says */
	CHOOSE_STOP,    /* a clean stop: 0 takes a moment, 1 long enough for others to notice one before it */
	CHOOSE_TURN,    /* a node whose turn in the sync has come: 0 at once, 1 a token round later */
	CHOOSE_MOVER,   /* a node, when any may move: 0 it moves, 1 it stays */
	CHOOSE_TOKEN,   /* messages of a new ring: 0 in any order, 1 round the ring, as recordings have it;
			 * a node that a reload takes off its nodelist: 1 it has the token */
	CHOOSE_RELEASE, /* a sync that is released goes on: 0 at once, 1 some token rounds later */
	CHOOSE_JITTER,  /* of a packet, in ns */
	CHOOSE_LOSS,    /* a packet: 0 .. 999999, lost when below the loss in ppm */
	CHOOSE_KIND_COUNT
};

struct choice {
	void *ctx;
	/* 0 .. n-1; n > 1. streams: CHOOSE_KIND_COUNT generator states in the world. */
	uint32_t (*choose)(void *ctx, uint64_t *streams, uint32_t n, enum choice_kind what);
};

/* Everything falls to the lowest; packets' jitter and loss are still drawn. */
extern const struct choice choice_plain;
/* The same, but the messages of every ring go round it, as those of real daemons do. A scenario
 * says so by `choices: {token: {all: 1}}`. */
extern const struct choice choice_token;
/* Everything is drawn from the streams; rare things are drawn rarely. */
extern const struct choice choice_seeded;

/* Drawn from the streams, each kind as rarely as is said. */
struct choice_rates {
	uint32_t one_in[CHOOSE_KIND_COUNT]; /* 0: it always falls to the lowest; jitter and loss: always drawn */
};
struct choice choice_at_rates(const struct choice_rates *rates);

/* A recorded list, then the lowest; notes what was asked. */
struct choice_list {
	const uint32_t *taken; /* the list to follow */
	uint32_t taken_count;
	uint32_t asked_count; /* questions so far */
	uint32_t *asked;      /* n of each question, up to asked_room; may be NULL */
	uint32_t asked_room;
};
struct choice choice_from_list(struct choice_list *list);

/* Choices by kind and number, the others fall to the lowest; jitter and loss are drawn.
 * Nothing is counted outside of the world, so a snapshot goes on where it was. */
struct choice_marks {
	uint64_t seed; /* of the world */
	uint32_t count;
	const struct choice_made *marks;    /* by kind, then number */
	uint32_t others[CHOOSE_KIND_COUNT]; /* what those fall to that are not named; set by choice_from_marks() */
};
struct choice choice_from_marks(struct choice_marks *marks);

/* Passes on what another source chooses, and keeps what does not fall to the lowest. */
struct choice_recorder {
	struct choice source;
	uint32_t asked[CHOOSE_KIND_COUNT];
	uint32_t count, room;
	struct choice_made *made; /* owned; in the order asked */
};
struct choice choice_recorded(struct choice_recorder *recorder);
/* By kind, then number: as a scenario has them. */
void choice_recorder_sort(struct choice_recorder *recorder);

/* Bytes of a fuzzer; zero when they are used up. */
struct choice_bytes {
	const uint8_t *bytes;
	size_t size;
};
struct choice choice_from_bytes(struct choice_bytes *bytes);

#endif
