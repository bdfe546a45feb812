/* Files that a command is about to write, held against those that it reads and against each other. */
#ifndef SIM_COMMAND_CLASH_H
#define SIM_COMMAND_CLASH_H

#include <stdint.h>

#include "sim/collect.h"

/* One file to write; NULL and "-" are none. */
struct output {
	const char *option; /* as in messages: "--trace" */
	const char *path;
};

/* 0, or EXIT_USAGE after one message: an output is a file that was read, or is named twice. Links are followed. */
int refuse_clash(const struct output *outputs, uint32_t count, const struct collection *collection);

#endif
