/*
 * votesim explore CONF: the page for administrators, and the comparison of two.
 */
#ifndef SIM_COMMAND_PAGE_H
#define SIM_COMMAND_PAGE_H

#include "sim/page/page.h"

#define PAGE_WAYS_DEFAULT 6u

struct page_command {
	const char *path, *other_path; /* other_path: NULL unless two are compared */
	const char *folder;            /* scenarios are written here; NULL: none are */
	bool json;
	uint32_t ways_max; /* told of each kind; 0: all */
	/* depth 0: as far as a budget goes; transitions_max and states_max 0: chosen by the number of nodes */
	struct explore_options options;
};

/* Prints to standard output; the exit status. other: NULL unless two are compared. */
int command_page(const struct page_command *command, const struct scenario *scenario, const struct scenario *other);

#endif
