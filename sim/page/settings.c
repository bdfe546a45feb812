/*
 * What is in force is asked of a running node: corosync switches some settings off.
 */
#include "sim/page/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/ensure.h"

struct writer {
	struct settings *settings;
	const struct vq_config *config; /* of the first node */
	const struct classes *classes;
	uint32_t n;
	uint32_t notices;
};

static void add(struct writer *writer, const char *key, const char *value, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void add(struct writer *writer, const char *key, const char *value, const char *format, ...)
{
	struct setting *setting = &writer->settings->settings[writer->settings->setting_count++];
	va_list arguments;

	ALWAYS(writer->settings->setting_count <= SETTINGS_MAX);
	setting->key = key;
	(void)snprintf(setting->value, sizeof setting->value, "%s", value);
	va_start(arguments, format);
	(void)vsnprintf(setting->says, sizeof setting->says, format, arguments);
	va_end(arguments);
}

static void warn(struct writer *writer, const char *id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void warn(struct writer *writer, const char *id, const char *format, ...)
{
	struct warning *warning = &writer->settings->warnings[writer->settings->warning_count++];
	va_list arguments;

	ALWAYS(writer->settings->warning_count <= WARNINGS_MAX);
	warning->id = id;
	va_start(arguments, format);
	(void)vsnprintf(warning->says, sizeof warning->says, format, arguments);
	va_end(arguments);
}

static bool has(const struct writer *writer, uint32_t flag)
{
	return writer->settings->flags & flag;
}

/* ---- what is in force ---- */

static void say_last_man(struct writer *writer)
{
	uint32_t window_ms = writer->config->given & VQ_KEY_LAST_MAN_STANDING_WINDOW
				     ? writer->config->last_man_standing_window_ms
				     : VQ_LAST_MAN_STANDING_WINDOW_MS;

	add(writer, "last_man_standing", "1",
	    "%u%s (last_man_standing_window) after nodes are lost, expected votes and quorum are lowered to the "
	    "nodes that are left",
	    window_ms % 1000 ? window_ms : window_ms / 1000, window_ms % 1000 ? " ms" : " s");
}

static void say_tie_breaker(struct writer *writer)
{
	const char *who = writer->config->auto_tie_breaker_node;

	if (who && strcmp(who, "highest") != 0 && strcmp(who, "lowest") != 0)
		add(writer, "auto_tie_breaker", who,
		    "with exactly half of the votes a part stays quorate when it has the first of nodes %s that was "
		    "there before",
		    who);
	else
		add(writer, "auto_tie_breaker", who ? who : "lowest",
		    "with exactly half of the votes a part stays quorate when it has the %s node id of those that "
		    "were together before",
		    who ? who : "lowest");
}

static void say_settings(struct writer *writer)
{
	if (has(writer, VQ_INFO_TWONODE))
		add(writer, "two_node", "1", "quorum is 1: each of the two nodes goes on alone");
	if (has(writer, VQ_INFO_WAIT_FOR_ALL))
		add(writer, "wait_for_all", "1",
		    "%sa node that starts becomes quorate only once all nodes have been visible at the same time, or "
		    "when it joins a quorate part",
		    writer->config->given & VQ_KEY_WAIT_FOR_ALL ? "" : "brought by two_node: ");
	if (has(writer, VQ_INFO_AUTO_TIE_BREAKER))
		say_tie_breaker(writer);
	if (has(writer, VQ_INFO_LAST_MAN_STANDING))
		say_last_man(writer);
	if (has(writer, VQ_INFO_ALLOW_DOWNSCALE))
		add(writer, "allow_downscale", "1", "a clean stop lowers expected votes and quorum");
	if (writer->config->expected_votes_tracking)
		add(writer, "expected_votes_tracking", "1",
		    "the highest expected votes ever seen are kept on disk and are the least there is after a start");
	if (writer->settings->device_votes)
		add(writer, "device", writer->config->device_model, "a quorum device with %u vote%s",
		    writer->settings->device_votes, writer->settings->device_votes == 1 ? "" : "s");
}

/* ---- what is warned of ---- */

static void warn_of_two_node(struct writer *writer)
{
	if (!writer->config->two_node)
		return;
	if (writer->notices & 1u << VQ_NOTICE_TWO_NODE_AND_TIE_BREAKER) {
		warn(writer, "two-node-off", "two_node is set and not in force: auto_tie_breaker switches it off.");
		return;
	}
	if (writer->n != 2)
		warn(writer, "two-node-size",
		     "two_node is set for %u nodes. votequorum(5) has it for two nodes only; corosync still lets one "
		     "or "
		     "two nodes of this cluster be quorate by themselves.",
		     writer->n);
	else
		warn(writer, "two-node-fencing",
		     "two_node: when the network between the nodes fails both go on. Only fencing keeps them from "
		     "using "
		     "the same data. Quorum does not protect this cluster.");
	if (!has(writer, VQ_INFO_WAIT_FOR_ALL))
		warn(writer, "two-node-wait",
		     "wait_for_all: 0 with two_node: a node that boots and does not see the other goes on at once. "
		     "votequorum(5): two_node \"automatically enables wait_for_all\", which this file overrides.");
}

static void warn_of_last_man(struct writer *writer)
{
	if (!writer->config->last_man_standing)
		return;
	if (writer->notices & 1u << VQ_NOTICE_LAST_MAN_OFF_VOTES) {
		warn(writer, "last-man-votes",
		     "last_man_standing is set and not in force: \"each node must vote 1\" (votequorum(5)).");
		return;
	}
	if (!has(writer, VQ_INFO_WAIT_FOR_ALL))
		warn(writer, "last-man-wait",
		     "last_man_standing without wait_for_all. votequorum(5): \"It is essential to enable WFA when "
		     "using "
		     "LMS in High Availability clusters.\"");
	if (!has(writer, VQ_INFO_AUTO_TIE_BREAKER))
		warn(writer, "last-man-tie",
		     "last_man_standing without auto_tie_breaker stops at two nodes: when one of the last two fails "
		     "the "
		     "other is not quorate (votequorum(5)).");
}

static void warn_of_ties(struct writer *writer)
{
	bool even = writer->settings->expected_votes % 2 == 0;

	if (writer->notices & 1u << VQ_NOTICE_TIE_BREAKER_OFF_ODD)
		warn(writer, "tie-breaker-odd",
		     "auto_tie_breaker is set and not in force: with an odd number of votes and no wait_for_all "
		     "corosync switches it off.");
	if (writer->notices & 1u << VQ_NOTICE_TIE_BREAKER_NODE_INVALID)
		warn(writer, "tie-breaker-node",
		     "auto_tie_breaker is set and not in force: corosync cannot read auto_tie_breaker_node.");
	if (even && writer->n > 1 && writer->settings->expected_votes == writer->settings->total_votes &&
	    !has(writer, VQ_INFO_AUTO_TIE_BREAKER) && !has(writer, VQ_INFO_TWONODE) &&
	    !writer->settings->device_votes)
		warn(writer, "even-votes",
		     "%u votes, an even number, and nothing that breaks a tie: a split in two halves leaves nobody "
		     "quorate. An odd number of votes, auto_tie_breaker or a quorum device changes that.",
		     writer->settings->expected_votes);
}

static void warn_of_votes(struct writer *writer)
{
	const struct settings *settings = writer->settings;
	uint32_t there = settings->total_votes + settings->device_votes;

	if (settings->expected_votes > there)
		warn(writer, "expected-more",
		     "expected_votes is %u and the nodes have %u: the missing votes count as failed at all times.",
		     settings->expected_votes, there);
	for (uint32_t i = 0; i < writer->classes->count; i++) {
		const struct node_class *class = &writer->classes->class[i];

		if (class->size == 1 && class->votes >= settings->quorum && writer->n > 1 &&
		    !has(writer, VQ_INFO_TWONODE))
			warn(writer, "one-decides",
			     "One node has %u of %u votes, quorum by itself: without it nobody is quorate.",
			     class->votes, settings->expected_votes);
	}
}

static void warn_of_others(struct writer *writer, const struct scenario *scenario)
{
	bool differ = false;

	if (has(writer, VQ_INFO_ALLOW_DOWNSCALE))
		warn(writer, "downscale",
		     "allow_downscale. votequorum(5): \"THIS FEATURE IS INCOMPLETE AND CURRENTLY UNSUPPORTED.\"");
	if (writer->settings->device_votes)
		warn(writer, "device",
		     "A quorum device is asked only how many failures it helps to survive. The ways to lose quorum "
		     "and "
		     "to split are those while it casts no vote.");
	for (uint32_t node = 1; node < writer->n; node++)
		differ = differ || scenario->nodes[node].config != scenario->nodes[0].config;
	if (differ)
		warn(writer, "files-differ",
		     "The nodes have different configurations. votequorum(5) wants the same on all nodes.");
}

void settings_make(struct settings *settings, const struct scenario *scenario, const struct classes *classes,
		   const struct probe *probe)
{
	struct writer writer = {settings, scenario->nodes[0].config, classes, scenario->node_count,
				probe_notices(probe)};
	struct vq_info info = {0};

	memset(settings, 0, sizeof *settings);
	ALWAYS(probe_getinfo(probe, 0, &info));
	settings->expected_votes = info.highest_expected;
	settings->total_votes = info.total_votes;
	settings->quorum = info.quorum;
	settings->flags = info.flags;
	settings->starts_quorate = info.flags & VQ_INFO_QUORATE;
	if (writer.config->device_model && writer.config->device_model[0])
		settings->device_votes =
			info.highest_expected > info.total_votes ? info.highest_expected - info.total_votes : 0;
	say_settings(&writer);
	warn_of_two_node(&writer);
	warn_of_last_man(&writer);
	warn_of_ties(&writer);
	warn_of_votes(&writer);
	warn_of_others(&writer, scenario);
}

/* ---- hazards ---- */

static const struct {
	const char *says, *advice;
} hazards[] = {
	[1] = {"last_man_standing without wait_for_all. votequorum(5): \"It is essential to enable WFA when using "
	       "LMS "
	       "in High Availability clusters.\"",
	       "Set wait_for_all: 1, and look at this page again: it helps against some of these ways only."},
	[2] = {"allow_downscale after a clean stop. votequorum(5): \"THIS FEATURE IS INCOMPLETE AND CURRENTLY "
	       "UNSUPPORTED.\"",
	       "Remove allow_downscale."},
	[3] = {"two_node. votequorum(5): \"quorum is set artificially to 1\".",
	       "Have fencing that works on both nodes, with a delay on one of them, or a third vote: a node or a "
	       "quorum device."},
	[4] = {"The nodes' configurations differ. votequorum(5) wants the same values on all nodes.",
	       "Make corosync.conf the same on all nodes."},
	[9] = {"An administrator lowered expected votes, or cancelled wait_for_all, on one side.",
	       "Do so only when the other nodes are known to be down."},
	[10] = {"expected_votes_tracking keeps a value larger than the cluster that is left. votequorum(5): the file "
		"\"can be deleted if you really do need to reduce the expected votes\".",
		"Delete ev_tracking on the nodes that are left."},
	[11] = {"The quorum device votes on both sides.", "Look at the device's server."},
};

const char *hazard_says(uint32_t hazard)
{
	bool known = hazard < sizeof hazards / sizeof *hazards && hazards[hazard].says;

	return known ? hazards[hazard].says : "";
}

const char *hazard_advice(uint32_t hazard)
{
	bool known = hazard < sizeof hazards / sizeof *hazards && hazards[hazard].advice;

	return known ? hazards[hazard].advice : "";
}
