/*
 * Names and messages for everything that has a number.
 *
 * Traces, scenarios and reports speak in names; the numbers are the ABI's or
 * the wire's. One table for each, and a pair of look-ups.
 */
#include "internal.h"

struct name {
	int number;
	const char *name;
};

static const struct name errors[] = {
	{VQ_OK, "OK"},
	{VQ_ERR_LIBRARY, "LIBRARY"},
	{VQ_ERR_TRY_AGAIN, "TRY_AGAIN"},
	{VQ_ERR_INVALID_PARAM, "INVALID_PARAM"},
	{VQ_ERR_NO_MEMORY, "NO_MEMORY"},
	{VQ_ERR_BAD_HANDLE, "BAD_HANDLE"},
	{VQ_ERR_ACCESS, "ACCESS"},
	{VQ_ERR_NOT_EXIST, "NOT_EXIST"},
	{VQ_ERR_EXIST, "EXIST"},
	{VQ_ERR_INTERRUPT, "INTERRUPT"},
	{VQ_ERR_NAME_NOT_FOUND, "NAME_NOT_FOUND"},
	{VQ_ERR_NO_RESOURCES, "NO_RESOURCES"},
	{VQ_ERR_NOT_SUPPORTED, "NOT_SUPPORTED"},
	{VQ_ERR_MESSAGE_ERROR, "MESSAGE_ERROR"},
};

static const char *const quirks[] = {
	[VQ_QUIRK_RECORD_ORDER] = "record-order",
	[VQ_QUIRK_QUORUM_8_BIT] = "quorum-8-bit",
	[VQ_QUIRK_TRACKING_NOT_STORED] = "tracking-not-stored",
	[VQ_QUIRK_SNAPSHOT_ON_EXIST] = "snapshot-on-exist",
	[VQ_QUIRK_LMS_ATB_LOWEST] = "lms-atb-lowest",
	[VQ_QUIRK_SETVOTES_BEFORE_AGREEMENT] = "setvotes-before-agreement",
	[VQ_QUIRK_OWN_NODEINFO_UNDOES] = "own-nodeinfo-undoes",
	[VQ_QUIRK_DEVICE_STATE_ZERO] = "device-state-zero",
	[VQ_QUIRK_WFA_ASSERT] = "wfa-assert",
	[VQ_QUIRK_DEVICE_COUNTS_UNCAST] = "device-counts-uncast",
	[VQ_QUIRK_TRACKING_EATS_EXPECTED] = "tracking-eats-expected",
	[VQ_QUIRK_SIGNED_IDS] = "signed-ids",
	[VQ_QUIRK_MASTER_WINS_STAYS] = "master-wins-stays",
	[VQ_QUIRK_DISPATCH_OUTLIVES_FINALIZE] = "dispatch-outlives-finalize",
};

static const char *const kinds[] = {
	[VQ_MESSAGE_NODEINFO] = "nodeinfo",
	[VQ_MESSAGE_EXPECTED_VOTES] = "expected-votes",
	[VQ_MESSAGE_NODE_VOTES] = "node-votes",
	[VQ_MESSAGE_CANCEL_WAIT_FOR_ALL] = "cancel-wait-for-all",
	[VQ_MESSAGE_DEVICE_REGISTER] = "device-register",
	[VQ_MESSAGE_DEVICE_UNREGISTER] = "device-unregister",
	[VQ_MESSAGE_DEVICE_RENAME] = "device-rename",
};

/* corosync's own words. */
static const char *const refusals[] = {
	[VQ_ACCEPTED] = "accepted",
	[VQ_REFUSED_NO_EXPECTED_VOTES] = "configuration error: nodelist or quorum.expected_votes must be configured!",
	[VQ_REFUSED_TWO_NODE_AND_DEVICE] =
		"configuration error: two_node and quorum device cannot be configured at the same time!",
	[VQ_REFUSED_TIE_BREAKER_AND_LAST_MAN_ODD] =
		"configuration error: auto_tie_breaker & last_man_standing not available in odd sized cluster",
	[VQ_REFUSED_DEVICE_AND_LAST_MAN] =
		"configuration error: quorum.device is not compatible with last_man_standing",
	[VQ_REFUSED_DEVICE_AND_TIE_BREAKER] =
		"configuration error: quorum.device is not compatible with auto_tie_breaker",
	[VQ_REFUSED_DEVICE_AND_DOWNSCALE] =
		"configuration error: quorum.device is not compatible with allow_downscale",
	[VQ_REFUSED_DEVICE_VOTES_MISSING] =
		"configuration error: quorum.device.votes must be specified when quorum.expected_votes is set",
	[VQ_REFUSED_DEVICE_VOTES_UNEVEN] =
		"configuration error: quorum.device.votes must be specified when not all nodes votes 1",
	[VQ_REFUSED_DEVICE_VOTES_TOO_HIGH] =
		"configuration error: quorum.device.votes is too high or expected_votes is too low",
};

/* Likewise, where the daemon says one thing in several lines, joined. */
static const char *const notices[] = {
	[VQ_NOTICE_TIE_BREAKER_NODE_INVALID] =
		"auto_tie_breaker_nodes is not valid. It must be 'lowest', 'highest' or a space-separated list of "
		"node IDs. auto_tie_breaker is disabled",
	[VQ_NOTICE_TWO_NODE_AND_TIE_BREAKER] =
		"two_node and auto_tie_breaker are both specified but are not compatible. "
		"two_node has been disabled, please fix your corosync.conf",
	[VQ_NOTICE_TIE_BREAKER_OFF_ODD] =
		"auto_tie_breaker is set and the cluster has an odd number of nodes. "
		"wait_for_all needs to be set for this configuration but it is missing. "
		"Therefore auto_tie_breaker has been disabled. Please fix your corosync.conf",
	[VQ_NOTICE_LAST_MAN_OFF_VOTES] = "Last Man Standing feature is supported only when all cluster nodes votes "
					 "are set to 1. Disabling LMS.",
	[VQ_NOTICE_BARRIER_NOT_STORED] = "Unable to update ev_tracking_barrier on disk data!!!",
	[VQ_NOTICE_RELOAD_KEPT] = "configuration error, will continue with current runtime data",
	[VQ_NOTICE_RELOAD_TWO_NODE_OFF] = "quorum device is registered, disabling two_node",
	[VQ_NOTICE_DEVICE_BARRED] = "disabling quorum device operations",
};

_Static_assert(sizeof(quirks) / sizeof(quirks[0]) == VQ_QUIRK_COUNT, "each quirk has a name");
_Static_assert(sizeof(refusals) / sizeof(refusals[0]) == VQ_REFUSAL_COUNT, "each refusal has a message");
_Static_assert(sizeof(notices) / sizeof(notices[0]) == VQ_NOTICE_COUNT, "each notice has a message");

#define AT(table, index) ((size_t)(index) < sizeof(table) / sizeof((table)[0]) ? (table)[index] : NULL)

const char *vq_error_name(int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].number == error)
			return errors[i].name;
	}
	return NULL;
}

int vq_error_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	}
	return -1;
}

const char *vq_quirk_name(enum vq_quirk quirk)
{
	return AT(quirks, quirk);
}

int vq_quirk_by_name(const char *name)
{
	for (int i = 0; i < VQ_QUIRK_COUNT; i++) {
		if (strcmp(quirks[i], name) == 0)
			return i;
	}
	return -1;
}

const char *vq_message_name(uint32_t kind)
{
	return AT(kinds, kind);
}

const char *vq_refusal_message(enum vq_refusal refusal)
{
	return AT(refusals, refusal);
}

const char *vq_notice_message(enum vq_notice notice)
{
	return AT(notices, notice);
}
