/*
 * Lines of commands: from a terminal, with editing and history where libedit or
 * readline is installed, or from a pipe.
 */
#ifndef SIM_REPLAY_PROMPT_H
#define SIM_REPLAY_PROMPT_H

#include <stdbool.h>

struct prompt {
	bool terminal;                         /* standard input is one */
	char *(*readline)(const char *prompt); /* NULL: none is installed */
	void (*add_history)(const char *line);
	char *line;           /* the last that was read; owned */
	unsigned long number; /* of it, from 1 */
};

/* The library is looked for only when standard input is a terminal, at run time: no other command pays for it. */
void prompt_open(struct prompt *prompt);
void prompt_close(struct prompt *prompt);
/* The next line, valid until the one after it; NULL: there is no more. */
const char *prompt_line(struct prompt *prompt, const char *text);

#endif
