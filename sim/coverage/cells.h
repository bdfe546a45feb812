/*
 * What runs can cover, each a cell with a number: flags of a tracker with an event, a
 * feature and a dispatch type; rules; library calls with their errors; checks of the
 * configuration; rows of the history of corosync's bugs.
 */
#ifndef SIM_COVERAGE_CELLS_H
#define SIM_COVERAGE_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coverage_kind {
	COVERAGE_TRACKING,
	COVERAGE_RULES,
	COVERAGE_ERRORS,
	COVERAGE_CONFIGURATION,
	COVERAGE_HISTORY,
	COVERAGE_KIND_COUNT
};

struct coverage_word {
	const char *name; /* on the command line */
	const char *says; /* to people */
};

struct coverage_axis {
	const char *name, *says;
	uint32_t count;
	const struct coverage_word *words;
};

#define COVERAGE_AXES_MAX 4u

/* Cells of a kind are counted off with the last axis fastest. */
struct coverage_table {
	const char *name, *says;
	uint32_t axis_count;
	const struct coverage_axis *axes[COVERAGE_AXES_MAX];
	uint32_t first, count; /* cells */
};

/* Call it once before anything else here, with one thread; again it does nothing. */
void coverage_prepare(void);
const struct coverage_table *coverage_table(enum coverage_kind kind);
uint32_t coverage_cell_count(void);
enum coverage_kind coverage_kind_of(uint32_t cell);
/* Where a cell stands on each axis of its table. */
void coverage_place(uint32_t cell, uint32_t place[COVERAGE_AXES_MAX]);
uint32_t coverage_cell(enum coverage_kind kind, const uint32_t place[COVERAGE_AXES_MAX]);

/* The index of a word, -1: there is none such. "-" and "_" are the same. */
int coverage_word(const struct coverage_axis *axis, const char *name);

/* Cells that no run can fill. A place of COVERAGE_ANY stands for all. */
#define COVERAGE_ANY UINT32_MAX
struct coverage_never {
	enum coverage_kind kind;
	uint32_t place[COVERAGE_AXES_MAX];
	const char *why, *source;
};
extern const struct coverage_never coverage_nevers[];
extern const uint32_t coverage_never_count;
/* NULL: the cell can be filled, as far as is known. */
const struct coverage_never *coverage_never(uint32_t cell);

/* ---- axes of the tracking table ---- */

enum coverage_flags { /* 0..7: the bits of VQ_TRACK_* */ COVERAGE_FLAGS_OTHER = 8,
		      COVERAGE_FLAGS_ALL,
		      COVERAGE_FLAGS_COUNT };
/* Which value of trackstart's flags, as the table has them. */
enum coverage_flags coverage_flags_of(uint32_t flags);
/* A number that coverage_flags_of() takes for this. */
uint32_t coverage_flags_number(enum coverage_flags flags);

enum coverage_event {
	MET_TRACKSTART,
	MET_TRACK_AGAIN,
	MET_TRACKSTOP,
	MET_JOIN,
	MET_LEAVE,
	MET_CRASHED,
	MET_PAUSED,
	MET_PARTITION,
	MET_HEAL,
	MET_RESTART,
	MET_INTERRUPTED,
	MET_QUORUM_GAINED,
	MET_QUORUM_LOST,
	MET_EXPECTED_RAISED,
	MET_EXPECTED_LOWERED,
	MET_SETVOTES,
	MET_RELOAD,
	MET_CANCEL_WAIT,
	MET_DEVICE_REGISTERED,
	MET_DEVICE_UNREGISTERED,
	MET_DEVICE_ALIVE,
	MET_DEVICE_DEAD,
	MET_DEVICE_CASTS,
	MET_DEVICE_ABSTAINS,
	MET_DEVICE_WINS,
	MET_SYNC_HELD,
	MET_SYNC_RELEASED,
	MET_OWN_PAUSE,
	MET_OWN_RESUME,
	MET_OWN_STOP,
	MET_OWN_CRASH,
	COVERAGE_EVENT_COUNT
};

enum coverage_feature {
	ON_NOTHING,
	ON_TWO_NODE,
	ON_WAIT_FOR_ALL,
	ON_TIE_LOWEST,
	ON_TIE_HIGHEST,
	ON_TIE_LIST,
	ON_LAST_MAN,
	ON_DOWNSCALE,
	ON_TRACKING,
	ON_DEVICE,
	COVERAGE_FEATURE_COUNT
};

/* ---- axes of the configuration table: refusals at a start, failing checks at a reload, then notices ---- */

enum coverage_stage { STAGE_START, STAGE_RELOAD, STAGE_RUNNING, COVERAGE_STAGE_COUNT };

#define COVERAGE_HISTORY_ROWS 59u

#endif
