/* The rules that scenarios name: do they exist, and is this one of them? */
#include "sim/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ensure.h"
#include "sim/scenario/printable.h"
#include "sim/scenario/words.h"

static bool is_rule(const char *id)
{
	for (uint32_t i = 0; i < check_rule_count; i++)
		if (strcmp(check_rules[i].id, id) == 0)
			return true;
	return false;
}

static void tell_unknown(const struct scenario *scenario, const struct finding *finding, char *message, size_t size)
{
	const char **ids = calloc(check_rule_count, sizeof *ids);
	char shown[PRINTABLE_MAX];
	const char *near;
	FILE *to = fmemopen(message, size, "w");

	ALWAYS(ids != NULL && to != NULL);
	for (uint32_t i = 0; i < check_rule_count; i++)
		ids[i] = check_rules[i].id;
	near = nearest_word(finding->rule, ids, check_rule_count);
	printable(finding->rule, strlen(finding->rule), shown);
	fprintf(to, "%s:%u:%u: unknown rule '%s': ", scenario->path, finding->at.line, finding->at.column, shown);
	if (near)
		fprintf(to, "did you mean '%s'?", near);
	else
		fputs("expected one of ", to);
	for (uint32_t i = 0; i < check_rule_count && !near; i++)
		fprintf(to, "%s%s", i ? ", " : "", ids[i]);
	if (scenario->variant[0])
		fprintf(to, " [%s]", scenario->variant);
	fclose(to);
	free(ids);
}

int findings_check(const struct scenario_set *set, char *message, size_t message_size)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const struct scenario *scenario = &set->scenarios[i];

		for (uint32_t j = 0; j < scenario->finding_count; j++) {
			if (is_rule(scenario->findings[j].rule))
				continue;
			tell_unknown(scenario, &scenario->findings[j], message, message_size);
			return -1;
		}
	}
	return 0;
}

bool finding_is_named(const struct scenario *scenario, const struct verdict *verdict)
{
	/* what the manual admits stays a hazard: it is no defect */
	if (verdict->kind != VERDICT_BREACH && (verdict->kind != VERDICT_HAZARD || verdict->hazard))
		return false;
	for (uint32_t i = 0; i < scenario->finding_count; i++)
		if (strcmp(scenario->findings[i].rule, check_rules[verdict->rule].id) == 0)
			return true;
	return false;
}
