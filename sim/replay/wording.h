/*
 * Steps, observations and clients of a scenario in words of one line.
 */
#ifndef SIM_REPLAY_WORDING_H
#define SIM_REPLAY_WORDING_H

#include <stdio.h>

#include "sim/world/observe.h"

/* "partition 1 2 | 3", "trackstart client a", ...; its name in front when it has one. */
void wording_step(const struct scenario *scenario, uint32_t step, FILE *to);
/* "node 2 forms ring 1.8 with members 1 2", without an end of line. False: nothing worth a line. */
bool wording_observation(const struct scenario *scenario, const struct observation *observation, FILE *to);
/* The same as a text of its own, to be freed; NULL: nothing worth a line. */
char *wording_line(const struct scenario *scenario, const struct observation *observation);
/* "a", or "a@1" when clients of several nodes have that name. */
#define WORDING_CLIENT_MAX 300u
const char *wording_client(const struct scenario *scenario, uint32_t client, char text[WORDING_CLIENT_MAX]);
void wording_members(const struct vq_entry *entries, uint32_t count, FILE *to);
void wording_notification(const struct vq_notification *notification, FILE *to);

#endif
