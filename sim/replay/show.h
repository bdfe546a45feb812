/*
 * A moment, and a run, as people read it at a terminal.
 */
#ifndef SIM_REPLAY_SHOW_H
#define SIM_REPLAY_SHOW_H

#include "sim/replay/facts.h"
#include "sim/replay/replay.h"

/* "event 57 of 340, 8.580800 s, step 2 (partition 1 2 | 3), settled" */
void show_where(const struct replay *replay, FILE *to);
/* Every step with its time and its moments, and the verdicts that fell in it. */
void show_steps(const struct replay *replay, FILE *to);
void show_node(const struct replay *replay, uint32_t node, FILE *to);
/* Who reaches whom, what each node believes of that, what each client was told. */
void show_who(const struct replay *replay, FILE *to);
/* What is under way and due. */
void show_due(const struct replay *replay, FILE *to);
/* Every verdict of the run, with the moment at which it was known. */
void show_why(const struct replay *replay, FILE *to);
/* What happens in the events from one moment to another, a line each. Stands at `last` then. */
void show_log(struct replay *replay, uint64_t first, uint64_t last, FILE *to);
/* What is otherwise in `after` than in `before`, a line each; "nothing" when nothing is. */
void show_changes(const struct fact_list *before, const struct fact_list *after, FILE *to);
/* The same as one line of JSON each: {"steps": [...]}, {"verdicts": [...]}, {"log": [...]}, {"changes": [...]}. */
void show_steps_json(const struct replay *replay, FILE *to);
void show_why_json(const struct replay *replay, FILE *to);
void show_log_json(struct replay *replay, uint64_t first, uint64_t last, FILE *to);
void show_changes_json(const struct fact_list *before, const struct fact_list *after, FILE *to);
/* Verdicts that say that the run ended badly: a breach, a finding, a hazard, an expectation that failed. */
bool show_is_bad(const struct verdict *verdict);

const char *show_verdict_kind(const struct verdict *verdict);

/* For each change; before or after is NULL where there is none. */
typedef void show_change(void *ctx, const struct fact *before, const struct fact *after);
void show_each_change(const struct fact_list *before, const struct fact_list *after, show_change *each, void *ctx);

#endif
