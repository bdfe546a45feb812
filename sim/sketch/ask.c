/*
 * Questions at a terminal, one after the other.
 */
#include "sim/sketch/ask.h"

#include <stdlib.h>
#include <string.h>

static bool ask(const char *question, const char *otherwise, char *answer, size_t size, FILE *in, FILE *out)
{
	char line[1024];

	fprintf(out, "%s [%s] ", question, otherwise);
	fflush(out);
	if (!fgets(line, sizeof line, in)) {
		fputc('\n', out);
		return false;
	}
	line[strcspn(line, "\r\n")] = 0;
	snprintf(answer, size, "%s", line[0] ? line : otherwise);
	return true;
}

static bool ask_word(const char *question, const struct sketch_word *words, const char *otherwise, uint32_t *to,
		     FILE *in, FILE *out)
{
	char answer[64];
	int word;

	for (int i = 0; words[i].name; i++)
		fprintf(out, "  %-18s %s\n", words[i].name, words[i].says);
	do {
		if (!ask(question, otherwise, answer, sizeof answer, in, out))
			return false;
		word = sketch_word(words, answer);
		if (word < 0)
			fprintf(out, "There is no '%s' in the list.\n", answer);
	} while (word < 0);
	*to = (uint32_t)word;
	return true;
}

static bool ask_nodes(const char *otherwise, uint32_t *nodes, FILE *in, FILE *out)
{
	char answer[64], *end;
	unsigned long number;

	for (;;) {
		if (!ask("How many nodes?", otherwise, answer, sizeof answer, in, out))
			return false;
		number = strtoul(answer, &end, 10);
		if (answer[0] >= '0' && answer[0] <= '9' && !*end && number >= 1 && number <= SKETCH_NODES_MAX)
			break;
		fprintf(out, "A number from 1 to %u, please.\n", SKETCH_NODES_MAX);
	}
	*nodes = (uint32_t)number;
	return true;
}

/* The defaults depend on what was answered before. */
static struct sketch completed(const struct sketch *sketch, char name[128])
{
	struct sketch copy = *sketch;
	char message[256];

	(void)sketch_complete(&copy, name, message, sizeof message);
	return copy;
}

static bool ask_cluster(struct sketch *sketch, FILE *in, FILE *out)
{
	char nodes[16], name[128], message[256];

	if (!ask_word("Which feature?", sketch_features, "none", &sketch->feature, in, out))
		return false;
	for (;;) {
		struct sketch copy;

		sketch->nodes = 0;
		snprintf(nodes, sizeof nodes, "%u", completed(sketch, name).nodes);
		if (!ask_nodes(nodes, &sketch->nodes, in, out))
			return false;
		copy = *sketch;
		if (sketch_complete(&copy, name, message, sizeof message) == 0)
			return true;
		fprintf(out, "%s\n", message);
	}
}

static bool ask_fault(struct sketch *sketch, FILE *in, FILE *out)
{
	char name[128], message[256];

	for (;;) {
		const char *otherwise = sketch->nodes == 1 ? "crash" : "partition";
		struct sketch copy;

		if (!ask_word("Which fault?", sketch_faults, otherwise, &sketch->faults[0], in, out))
			return false;
		sketch->fault_count = 1;
		copy = *sketch;
		if (sketch_complete(&copy, name, message, sizeof message) == 0)
			return true;
		fprintf(out, "%s\n", message);
	}
}

bool ask_sketch(struct sketch *sketch, char name[128], char path[1024], FILE *in, FILE *out)
{
	char answer[64], made[128], file[160];

	if (!ask_cluster(sketch, in, out) || !ask_fault(sketch, in, out))
		return false;
	if (!ask("A client that is told of changes? yes or no", "yes", answer, sizeof answer, in, out))
		return false;
	sketch->no_client = answer[0] == 'n' || answer[0] == 'N';
	(void)completed(sketch, made);
	if (!ask("Its name?", made, name, 128, in, out))
		return false;
	sketch->name = name;
	snprintf(file, sizeof file, "%s.yaml", name);
	return ask("The file?", file, path, 1024, in, out);
}
