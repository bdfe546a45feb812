/* What stands on each axis, in words for the command line and for people. */
#include "sim/coverage/words.h"

#include "core/votequorum.h"

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof(*(array)))
/* One word a line: */
/* clang-format off */

static const struct coverage_word flags_words[] = {
	{"0", "0"},
	{"CURRENT", "CURRENT"},
	{"CHANGES", "CHANGES"},
	{"CURRENT,CHANGES", "CURRENT, CHANGES"},
	{"CHANGES_ONLY", "CHANGES_ONLY"},
	{"CURRENT,CHANGES_ONLY", "CURRENT, CHANGES_ONLY"},
	{"CHANGES,CHANGES_ONLY", "CHANGES, CHANGES_ONLY"},
	{"CURRENT,CHANGES,CHANGES_ONLY", "all three"},
	{"8", "with unknown bits"},
	{"4294967295", "all 32 bits"},
};
const struct coverage_axis axis_flags = {"flags", "flags of trackstart", COUNT(flags_words), flags_words};

static const struct coverage_word event_words[] = {
	[MET_TRACKSTART] = {"trackstart", "trackstart was answered OK"},
	[MET_TRACK_AGAIN] = {"track-again", "a second trackstart, EXIST"},
	[MET_TRACKSTOP] = {"trackstop", "trackstop was answered"},
	[MET_JOIN] = {"join", "a node that had just started joined"},
	[MET_LEAVE] = {"leave", "a node left cleanly"},
	[MET_CRASHED] = {"crash", "a node crashed"},
	[MET_PAUSED] = {"pause", "a paused node was lost"},
	[MET_PARTITION] = {"partition", "the network split"},
	[MET_HEAL] = {"heal", "partitions merged"},
	[MET_RESTART] = {"restart", "a node restarted before it was missed"},
	[MET_INTERRUPTED] = {"interrupted", "a new ring before the sync had ended"},
	[MET_QUORUM_GAINED] = {"quorum-gained", "quorum was gained"},
	[MET_QUORUM_LOST] = {"quorum-lost", "quorum was lost"},
	[MET_EXPECTED_RAISED] = {"expected-raised", "expected votes rose"},
	[MET_EXPECTED_LOWERED] = {"expected-lowered", "expected votes fell"},
	[MET_SETVOTES] = {"setvotes", "setvotes in its ring"},
	[MET_RELOAD] = {"reload", "the node reloaded its configuration"},
	[MET_CANCEL_WAIT] = {"cancel-wait", "wait_for_all was cancelled in its ring"},
	[MET_DEVICE_REGISTERED] = {"device-registered", "the node's device was registered"},
	[MET_DEVICE_UNREGISTERED] = {"device-unregistered", "the node's device was unregistered"},
	[MET_DEVICE_ALIVE] = {"device-alive", "the node's device polled for the first time"},
	[MET_DEVICE_DEAD] = {"device-dead", "the node's device polled no more"},
	[MET_DEVICE_CASTS] = {"device-casts", "the node's device cast its vote"},
	[MET_DEVICE_ABSTAINS] = {"device-abstains", "the node's device cast its vote no more"},
	[MET_DEVICE_WINS] = {"device-wins", "master_wins was allowed"},
	[MET_SYNC_HELD] = {"sync-held", "the device held the sync"},
	[MET_SYNC_RELEASED] = {"sync-released", "a held sync was released"},
	[MET_OWN_PAUSE] = {"own-pause", "the own daemon was paused"},
	[MET_OWN_RESUME] = {"own-resume", "the own daemon went on"},
	[MET_OWN_STOP] = {"own-stop", "the own daemon was stopped"},
	[MET_OWN_CRASH] = {"own-crash", "the own daemon crashed"},
};
const struct coverage_axis axis_events = {"event", "event", COUNT(event_words), event_words};

static const struct coverage_word feature_words[] = {
	[ON_NOTHING] = {"none", "plain majority"},
	[ON_TWO_NODE] = {"two_node", "two_node"},
	[ON_WAIT_FOR_ALL] = {"wait_for_all", "wait_for_all"},
	[ON_TIE_LOWEST] = {"auto_tie_breaker", "auto_tie_breaker, lowest"},
	[ON_TIE_HIGHEST] = {"auto_tie_breaker_highest", "auto_tie_breaker, highest"},
	[ON_TIE_LIST] = {"auto_tie_breaker_list", "auto_tie_breaker, a list"},
	[ON_LAST_MAN] = {"last_man_standing", "last_man_standing"},
	[ON_DOWNSCALE] = {"allow_downscale", "allow_downscale"},
	[ON_TRACKING] = {"expected_votes_tracking", "expected_votes_tracking"},
	[ON_DEVICE] = {"device", "quorum device"},
};
const struct coverage_axis axis_features = {"feature", "feature", COUNT(feature_words), feature_words};

static const struct coverage_word dispatch_words[] = {
	{"ONE", "ONE"},
	{"ALL", "ALL"},
	{"BLOCKING", "BLOCKING"},
	{"ONE_NONBLOCKING", "ONE_NONBLOCKING"},
};
const struct coverage_axis axis_dispatches = {"dispatch", "dispatch type", COUNT(dispatch_words), dispatch_words};

static const int errors[] = {
	VQ_OK, VQ_ERR_LIBRARY, VQ_ERR_TRY_AGAIN, VQ_ERR_INVALID_PARAM, VQ_ERR_NO_MEMORY, VQ_ERR_BAD_HANDLE,
	VQ_ERR_ACCESS, VQ_ERR_NOT_EXIST, VQ_ERR_EXIST, VQ_ERR_INTERRUPT, VQ_ERR_NAME_NOT_FOUND,
	VQ_ERR_NO_RESOURCES, VQ_ERR_NOT_SUPPORTED, VQ_ERR_MESSAGE_ERROR,
};
static const struct coverage_word error_words[] = {
	{"OK", "OK"},
	{"LIBRARY", "LIBRARY"},
	{"TRY_AGAIN", "TRY_AGAIN"},
	{"INVALID_PARAM", "INVALID_PARAM"},
	{"NO_MEMORY", "NO_MEMORY"},
	{"BAD_HANDLE", "BAD_HANDLE"},
	{"ACCESS", "ACCESS"},
	{"NOT_EXIST", "NOT_EXIST"},
	{"EXIST", "EXIST"},
	{"INTERRUPT", "INTERRUPT"},
	{"NAME_NOT_FOUND", "NAME_NOT_FOUND"},
	{"NO_RESOURCES", "NO_RESOURCES"},
	{"NOT_SUPPORTED", "NOT_SUPPORTED"},
	{"MESSAGE_ERROR", "MESSAGE_ERROR"},
};
_Static_assert(COUNT(errors) == COUNT(error_words), "a word for each error");
const struct coverage_axis axis_errors = {"error", "error", COUNT(error_words), error_words};

/* enum vq_refusal from 1 on, then enum vq_notice from 1 on */
static const struct coverage_word check_words[] = {
	{"no-expected-votes", "neither a nodelist nor expected_votes"},
	{"two-node-and-device", "two_node with a quorum device"},
	{"tie-breaker-and-last-man-odd", "auto_tie_breaker with last_man_standing, an odd number of votes, no wait_for_all"},
	{"device-and-last-man", "a quorum device with last_man_standing"},
	{"device-and-tie-breaker", "a quorum device with auto_tie_breaker"},
	{"device-and-downscale", "a quorum device with allow_downscale"},
	{"device-votes-missing", "expected_votes with a quorum device without votes"},
	{"device-votes-uneven", "a quorum device without votes, and nodes that do not vote 1 each"},
	{"device-votes-too-high", "a quorum device with too many votes for expected_votes"},
	{"tie-breaker-node-invalid", "told: auto_tie_breaker_node is nothing valid, the tie breaker is off"},
	{"two-node-and-tie-breaker", "told: two_node with auto_tie_breaker, two_node is off"},
	{"tie-breaker-off-odd", "told: auto_tie_breaker with an odd number of votes, no wait_for_all: it is off"},
	{"last-man-off-votes", "told: last_man_standing and a node that votes more than 1: it is off"},
	{"barrier-not-stored", "told: tracked expected votes could not be written"},
	{"reload-kept", "told: the new file says nothing of votes, the running data stay"},
	{"reload-two-node-off", "told: the device is registered, two_node is off"},
	{"device-barred", "told: a check failed, the device may not operate"},
};
const struct coverage_axis axis_checks = {"check", "check", COUNT(check_words), check_words};

static const struct coverage_word stage_words[] = {
	[STAGE_START] = {"start", "at a start"},
	[STAGE_RELOAD] = {"reload", "at a reload"},
	[STAGE_RUNNING] = {"running", "while running"},
};
const struct coverage_axis axis_stages = {"stage", "when", COUNT(stage_words), stage_words};

static const struct coverage_word row_words[] = {
	{"1", "2009: getinfo gave wrong expected votes"},
	{"2", "2009: a clean leave lowered nothing"},
	{"3", "2009: a device registers, or registers during a sync: a second sync with the same ring got stuck"},
	{"4", "2009: no ring was taken for new: no sync at all"},
	{"5", "2009: more votes than expected: expected votes stayed below"},
	{"6", "2009: a callback with the old member list"},
	{"7", "2009: the snapshot of trackstart came where the reply was awaited"},
	{"8", "2009: a single node was told nothing of itself"},
	{"9", "2012: no callback where quorate stays"},
	{"10", "2012: a joiner waited for all, for ever"},
	{"11", "2012: quorum changed without a new ring: no callback"},
	{"12", "2012: a leave was not recalculated"},
	{"13", "2012: any peer ended the wait for all, an inquorate one too"},
	{"14", "2012: last man standing with a tie breaker: the timer was not armed at the edge"},
	{"15", "2012: a library call without the votequorum provider"},
	{"16", "2012: two_node booted apart: each quorate alone"},
	{"17", "2012: nodelist and expected_votes: the greater counted"},
	{"18", "2012: the tie breaker was the lowest id ever seen"},
	{"19", "2012: a joiner's expected votes spread"},
	{"20", "2012: changed flags of a device recalculated nothing"},
	{"21", "2012: a clean stop could not say that it leaves"},
	{"22", "2012: setexpected with allow_downscale was refused or lost"},
	{"23", "2012: a callback with the old ring id"},
	{"24", "2012: setexpected was dropped where a node id was not known"},
	{"25", "2012: a reload could not lower quorum"},
	{"26", "2012: a join while a device is registered: the cluster stayed inquorate"},
	{"27", "2012: device votes of a quorate peer were not believed"},
	{"28", "2012: any peer's cast vote was a master's win"},
	{"29", "2012: master_wins by configuration, which the device could not do"},
	{"30", "2012: device names were not checked"},
	{"31", "2012: services unload at exit during a sync"},
	{"32", "2013: callbacks in the middle of a transition"},
	{"33", "2013: a device's nodeinfo from a sender that is not known"},
	{"34", "2014: detached nodes restarted and formed quorum"},
	{"35", "2014: without a key the tie breaker was on by chance"},
	{"36", "2014: configuration was read while it was being replaced"},
	{"37", "2014: a device's vote for the old ring counted"},
	{"38", "2014: the sync ended before the device could vote"},
	{"39", "2014: no way out of waiting for all"},
	{"40", "2015: a tie breaker without a node key was off"},
	{"41", "2015: two_node and a tie breaker were both on"},
	{"42", "2015: tracking twice crashed the daemon"},
	{"43", "2015: a tie breaker among five nodes: both sides quorate"},
	{"44", "2015: a callback for each nodeinfo"},
	{"45", "2015: the list of nodes came only after quorum was decided"},
	{"46", "2016: a device with wait_for_all was refused"},
	{"47", "2016: the device in the list of members"},
	{"48", "2016: deleted keys kept their values at a reload"},
	{"49", "2016: a refused expected votes was shown"},
	{"50", "2017: OK though the queue was full and nothing was sent"},
	{"51", "2017: a cluster grown by reloads: the tie breaker on at some nodes only"},
	{"52", "2017: a node that boots, merges and exits before its sync"},
	{"53", "2018: nodes without ids were counted wrong"},
	{"54", "2020: a reload to two nodes did not bring wait_for_all"},
	{"55", "2020: setexpected below the votes present"},
	{"56", "2020: a reload that adds nodes made the cluster wait for all again"},
	{"57", "2020: a reload that fails was applied by half"},
	{"58", "2020: a node restarted before it was missed"},
	{"59", "2026: a node that joins and exits in the same sync"},
};
_Static_assert(COUNT(row_words) == COVERAGE_HISTORY_ROWS, "each row has its words");
const struct coverage_axis axis_rows = {"row", "row of the history", COUNT(row_words), row_words};
/* clang-format on */

int coverage_error(uint32_t place)
{
	return errors[place];
}

int coverage_error_place(int error)
{
	for (uint32_t i = 0; i < COUNT(errors); i++)
		if (errors[i] == error)
			return (int)i;
	return -1;
}
