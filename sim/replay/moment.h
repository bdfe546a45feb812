/*
 * The full state of a moment as facts: every node with its votequorum, every ring, every
 * client with what it was told and what waits for it, and what is due.
 *
 * As JSON it is one object; votesim(1), REPLAY, documents its keys.
 */
#ifndef SIM_REPLAY_MOMENT_H
#define SIM_REPLAY_MOMENT_H

#include "sim/replay/facts.h"
#include "sim/replay/replay.h"

/* Names of the bits of struct vq_message.flags. */
extern const char *const moment_flag_names[8];
const char *moment_node_state(uint32_t state);

void moment_tell(const struct replay *replay, struct facts *facts);
/* One JSON object and a newline. */
void moment_json(const struct replay *replay, FILE *to);
/* One node of it. */
void moment_node_json(const struct replay *replay, uint32_t node, FILE *to);

#endif
