/* The critical step in words, and as JSON. */
#include "sim/replay/critical.h"

#include <string.h>

#include "sim/replay/facts.h"
#include "sim/replay/wording.h"
#include "sim/scenario/json.h"

static const char *choice_words(uint32_t what)
{
	static const char *const words[CHOOSE_KIND_COUNT] = {
		[CHOOSE_ORDER] = "messages come in another order",
		[CHOOSE_MOVE] = "others move to the next ring together",
		[CHOOSE_CONTACT] = "rings find each other at another moment",
		[CHOOSE_JOIN] = "a starting node joins the others in another way",
		[CHOOSE_RECOVER] = "other messages of the old ring are lost",
		[CHOOSE_WAKE] = "a client dispatches at another moment",
		[CHOOSE_EXIT] = "a client reads what its stopping daemon said, or does not",
		[CHOOSE_STOP] = "a stop takes another time",
		[CHOOSE_TURN] = "a node takes its turn in the sync at another moment",
	};

	return what < CHOOSE_KIND_COUNT && words[what] ? words[what] : "another choice is made";
}

static void put_step(const struct scenario *scenario, uint32_t step, FILE *to)
{
	fprintf(to, "step %u (", step);
	wording_step(scenario, step, to);
	fputc(')', to);
}

static void put_bad(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	const struct verdict *bad = &critical->bad;

	if (critical->options.quorate)
		fputs("No node is quorate at the end", to);
	else if (!bad->kind)
		fputs("The cluster does not come to rest", to);
	else if (bad->kind == VERDICT_EXPECTATION)
		fputs("An expectation fails in ", to);
	else if (bad->hazard)
		fprintf(to, "Hazard H%u shows in ", bad->hazard);
	else
		fprintf(to, "Rule %s is broken in ", check_rules[bad->rule].id);
	if (bad->kind)
		put_step(scenario, bad->step, to);
	fputs(".\n", to);
}

static void put_tries(const char *what, const struct critical_tries *tries, FILE *to)
{
	if (tries->tried)
		fprintf(to, "    %s: %u of %u continuations end well\n", what, tries->well, tries->tried);
}

static void put_before(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	char time[FACT_SECONDS_MAX];

	fputs("  From the state before it:\n", to);
	if (critical->left_out_tried)
		fprintf(to, "    it is left out, all later steps are taken: ends %s\n",
			critical->left_out_well ? "well" : "badly");
	if (critical->rest_left_out_tried)
		fprintf(to, "    it is left out, and all later steps: ends %s\n",
			critical->rest_left_out_well ? "well" : "badly");
	put_tries("it is left out, and one later step", &critical->with_another, to);
	if (critical->with_another.well) {
		fputs("      first with ", to);
		put_step(scenario, critical->another, to);
		fputc('\n', to);
	}
	put_tries("all steps are taken, in other interleavings", &critical->choices, to);
	if (critical->choice_single) {
		fprintf(to, "      for one when at %s s, in ", fact_seconds(critical->choice_ns, time));
		put_step(scenario, critical->choice_step, to);
		fprintf(to, ", %s\n", choice_words(critical->choice_what));
	}
}

static void put_after(const struct critical *critical, FILE *to)
{
	if (!critical->options.quorate && critical->bad.kind && critical->step == critical->bad.step)
		fputs("  From the state after it: it has gone wrong already.\n", to);
	else if (critical->after_tried)
		fprintf(to,
			"  From the states after it: none of %llu continuations (later steps left out, other\n"
			"    interleavings) ends well%s.\n",
			(unsigned long long)critical->after_tried,
			critical->cut ? "; not every interleaving was tried" : "");
	else
		fputs("  From the state after it: nothing is left that could be otherwise.\n", to);
}

static void put_meaning(const struct critical *critical, FILE *to)
{
	if (critical->options.quorate)
		fputs("To end well: some node is quorate at the end.\n", to);
	else
		fputs("To end well: no rule is broken, no hazard shows, the steps whose expectations failed see\n"
		      "them held, and some node is up at the end. Other expectations do not count.\n",
		      to);
}

static const char *reason(const struct critical *critical)
{
	if (critical->left_out_well)
		return "when that step is left out";
	if (critical->rest_left_out_well)
		return "when that step and all later ones are left out";
	if (critical->with_another.well)
		return "when that step and one later one are left out";
	return "in another interleaving";
}

void critical_tell(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	if (!critical->ended_badly) {
		fputs(critical->options.quorate ? "Some node is quorate at the end: no step is critical.\n"
						: "The run ends well: no step is critical.\n",
		      to);
		return;
	}
	put_bad(scenario, critical, to);
	if (!critical->found) {
		fprintf(to, "No step is critical: none of %llu continuations from any step ends well%s.\n",
			(unsigned long long)critical->after_tried,
			critical->cut ? "; not every interleaving was tried" : "");
		put_meaning(critical, to);
		return;
	}
	fprintf(to, "Step %u (", critical->step);
	wording_step(scenario, critical->step, to);
	fprintf(to, ") is the critical step: from the state before it the run still ends well\n%s.\n",
		reason(critical));
	put_before(scenario, critical, to);
	put_after(critical, to);
	put_meaning(critical, to);
}

static void json_tries(struct json *json, const char *key, const struct critical_tries *tries)
{
	json_open(json, key, '{');
	json_number(json, "tried", tries->tried);
	json_number(json, "well", tries->well);
	json_close(json, '}');
}

static void json_maybe(struct json *json, const char *key, bool tried, bool well)
{
	if (tried)
		json_bool(json, key, well);
	else
		json_text(json, key, NULL);
}

static void json_found(const struct critical *critical, struct json *json)
{
	json_number(json, "step", critical->step);
	json_maybe(json, "left_out_ends_well", critical->left_out_tried, critical->left_out_well);
	json_maybe(json, "rest_left_out_ends_well", critical->rest_left_out_tried, critical->rest_left_out_well);
	json_tries(json, "left_out_with_another", &critical->with_another);
	json_tries(json, "other_interleavings", &critical->choices);
}

void critical_json(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	struct json json = {to, false};

	(void)scenario;
	json_open(&json, NULL, '{');
	json_text(&json, "goal", critical->options.quorate ? "quorate" : "rules");
	json_bool(&json, "ended_badly", critical->ended_badly);
	json_bool(&json, "found", critical->found);
	if (critical->found)
		json_found(critical, &json);
	json_number(&json, "tried_after", critical->after_tried);
	json_bool(&json, "all_interleavings", !critical->cut);
	json_close(&json, '}');
	fputc('\n', to);
}
