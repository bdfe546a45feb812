/*
 * The commands of votesim replay: what a line asks for is done and told.
 */
#ifndef SIM_REPLAY_SESSION_H
#define SIM_REPLAY_SESSION_H

#include "sim/replay/facts.h"
#include "sim/replay/replay.h"

#define SESSION_WATCHES_MAX 8u
#define SESSION_ERROR_MAX 400u

struct session {
	struct replay *replay;
	FILE *out;
	bool json;     /* answers are JSON objects, one a line */
	bool over;     /* quit was said */
	uint64_t from; /* the moment that diff compares with: where the last move began */
	uint32_t watch_count;
	char *watches[SESSION_WATCHES_MAX]; /* owned */
	char error[SESSION_ERROR_MAX];      /* why the last line could not be done */
};

void session_init(struct session *session, struct replay *replay, FILE *out, bool json);
void session_free(struct session *session);
/* Do the commands of a line: several are separated by semicolons, and # begins a comment. False: one could not
 * be done, session->error says why, and those behind it were not tried. */
bool session_line(struct session *session, const char *line);
/* The names of the commands, NULL beyond the last. */
const char *session_command(size_t index);

#endif
