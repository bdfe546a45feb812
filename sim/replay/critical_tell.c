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

static void put_choice(const struct scenario *scenario, const struct critical_choice *choice, FILE *to)
{
	char time[FACT_SECONDS_MAX];

	if (!choice->found)
		return;
	fprintf(to, "      for one when at %s s, in ", fact_seconds(choice->time_ns, time));
	put_step(scenario, choice->step, to);
	fprintf(to, ", %s\n", choice_words(choice->what));
}

static void put_before(const struct scenario *scenario, const struct critical_from *from, FILE *to)
{
	fputs("  From the state before it:\n", to);
	if (from->left_out_tried)
		fprintf(to, "    it is left out, all later steps are taken: ends %s\n",
			from->left_out_well ? "well" : "badly");
	if (from->rest_left_out_tried)
		fprintf(to, "    it is left out, and all later steps: ends %s\n",
			from->rest_left_out_well ? "well" : "badly");
	put_tries("it is left out, and one later step", &from->with_another, to);
	if (from->with_another.well) {
		fputs("      first with ", to);
		put_step(scenario, from->another, to);
		fputc('\n', to);
	}
	put_tries("all steps are taken, in other interleavings", &from->choices, to);
	put_choice(scenario, &from->choice, to);
}

static const char *not_all(const struct critical *critical)
{
	return critical->cut ? "; there are more interleavings than were tried" : "";
}

static void put_after(const struct critical *critical, FILE *to)
{
	if (!critical->options.quorate && critical->bad.kind && critical->step == critical->bad.step)
		fputs("  From the state after it: it has gone wrong already.\n", to);
	else if (critical->after_tried)
		fprintf(to,
			"  From the states after it: none of %llu continuations (later steps left out, other "
			"interleavings) "
			"ends well%s.\n",
			(unsigned long long)critical->after_tried, not_all(critical));
	else
		fputs("  From the state after it: nothing is left that could be otherwise.\n", to);
}

static void put_averting(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < critical->step_count; i++)
		count += critical->averts[i];
	if (count == 0) {
		fputs("No single step, left out, averts it.\n", to);
		return;
	}
	fputs("Each of these steps, left out alone, averts it:\n", to);
	for (uint32_t i = 0; i < critical->step_count; i++) {
		if (!critical->averts[i])
			continue;
		fputs("  ", to);
		put_step(scenario, i, to);
		fputc('\n', to);
	}
}

static void put_by_choices(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	if (critical->by_choices_found && critical->by_choices_step == critical->step)
		return; /* told already */
	if (!critical->by_choices_found) {
		fprintf(to,
			"With all steps taken, none of %llu other interleavings averts it, whatever step they begin "
			"with%s.\n",
			(unsigned long long)critical->by_choices_tried, not_all(critical));
		return;
	}
	fputs("With all steps taken, the last step before which another interleaving averts it is ", to);
	put_step(scenario, critical->by_choices_step, to);
	fprintf(to, ": %u of %u tried.\n", critical->by_choices.choices.well, critical->by_choices.choices.tried);
	put_choice(scenario, &critical->by_choices.choice, to);
}

static void put_meaning(const struct critical *critical, FILE *to)
{
	if (critical->options.quorate)
		fputs("To end well: some node is quorate at the end.\n", to);
	else
		fputs("To end well: no rule is broken, no hazard shows, the steps whose expectations failed see "
		      "them\n"
		      "held, and some node is up at the end. Other expectations do not count.\n",
		      to);
}

static const char *reason(const struct critical_from *from)
{
	if (from->left_out_well)
		return "when that step is left out";
	if (from->rest_left_out_well)
		return "when that step and all later ones are left out";
	if (from->with_another.well)
		return "when that step and one later one are left out";
	return "in another interleaving";
}

static void put_found(const struct scenario *scenario, const struct critical *critical, FILE *to)
{
	fprintf(to, "Step %u (", critical->step);
	wording_step(scenario, critical->step, to);
	fprintf(to, ") is the critical step: from the state before it the run still ends well %s.\n",
		reason(&critical->from));
	put_before(scenario, &critical->from, to);
	put_after(critical, to);
	put_averting(scenario, critical, to);
	put_by_choices(scenario, critical, to);
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
	if (critical->found)
		put_found(scenario, critical, to);
	else
		fprintf(to, "No step is critical: none of %llu continuations from any step ends well%s.\n",
			(unsigned long long)critical->after_tried, not_all(critical));
	put_meaning(critical, to);
}

/* ---- JSON ---- */

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

static void json_from(const struct critical_from *from, struct json *json)
{
	json_maybe(json, "left_out_ends_well", from->left_out_tried, from->left_out_well);
	json_maybe(json, "rest_left_out_ends_well", from->rest_left_out_tried, from->rest_left_out_well);
	json_tries(json, "left_out_with_another", &from->with_another);
	json_tries(json, "other_interleavings", &from->choices);
}

static void json_step(struct json *json, const char *key, bool found, uint32_t step)
{
	if (found)
		json_number(json, key, step);
	else
		json_text(json, key, NULL);
}

void critical_json(const struct critical *critical, FILE *to)
{
	struct json json = {to, false};

	json_open(&json, NULL, '{');
	json_text(&json, "goal", critical->options.quorate ? "quorate" : "rules");
	json_bool(&json, "ended_badly", critical->ended_badly);
	json_step(&json, "step", critical->found, critical->step);
	if (critical->found)
		json_from(&critical->from, &json);
	json_number(&json, "tried_after", critical->after_tried);
	json_open(&json, "averting_steps", '[');
	for (uint32_t i = 0; i < critical->step_count; i++)
		if (critical->averts[i])
			json_number(&json, NULL, i);
	json_close(&json, ']');
	json_step(&json, "step_by_interleaving", critical->by_choices_found, critical->by_choices_step);
	json_bool(&json, "all_interleavings", !critical->cut);
	json_close(&json, '}');
	fputc('\n', to);
}
