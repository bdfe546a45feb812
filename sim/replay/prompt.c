/*
 * The library is opened by name and not linked: a run of one small file takes about a
 * millisecond, and loading a line editor would double it.
 */
#include "sim/replay/prompt.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/replay/session.h"

static void *library;

static void find_function(void *function, const char *name)
{
	void *symbol = dlsym(library, name);

	memcpy(function, &symbol, sizeof symbol); /* ISO C has no cast from data to function */
}

/* A name of a command, as the line editor asks for it: state 0 begins anew, NULL ends. */
static char *complete(const char *text, int state)
{
	static size_t next;
	const char *name;

	if (state == 0)
		next = 0;
	while ((name = session_command(next)) != NULL) {
		next++;
		if (strncmp(name, text, strlen(text)) == 0)
			return strdup(name);
	}
	return NULL;
}

static void find_editor(struct prompt *prompt)
{
	static const char *const names[] = {"libedit.so.2", "libreadline.so.8"};
	char *(**completes)(const char *, int);

	for (size_t i = 0; i < sizeof names / sizeof names[0] && !library; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return;
	find_function((void *)&prompt->readline, "readline");
	find_function((void *)&prompt->add_history, "add_history");
	completes = (char *(**)(const char *, int))dlsym(library, "rl_completion_entry_function");
	if (completes)
		*completes = complete;
}

void prompt_open(struct prompt *prompt)
{
	*prompt = (struct prompt){.terminal = isatty(STDIN_FILENO)};
	if (prompt->terminal)
		find_editor(prompt);
}

void prompt_close(struct prompt *prompt)
{
	free(prompt->line);
	if (library)
		dlclose(library);
	library = NULL;
}

static const char *from_editor(struct prompt *prompt, const char *text)
{
	free(prompt->line);
	prompt->line = prompt->readline(text);
	if (prompt->line && prompt->line[0] && prompt->add_history)
		prompt->add_history(prompt->line);
	return prompt->line;
}

const char *prompt_line(struct prompt *prompt, const char *text)
{
	size_t room = 0;

	prompt->number++;
	if (prompt->readline)
		return from_editor(prompt, text);
	if (prompt->terminal) {
		fputs(text, stdout);
		fflush(stdout);
	}
	free(prompt->line);
	prompt->line = NULL;
	return getline(&prompt->line, &room, stdin) < 0 ? NULL : prompt->line;
}
