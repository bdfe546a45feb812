/*
 * The arithmetic: how many votes are needed, how many are here, is it enough.
 *
 * Everything that changes votes, membership or expectations ends here, and the
 * steps of vqi_recalculate() stand in the daemon's order, since each reads what
 * the one before has changed. Numbers are unsigned and wrap.
 */
#include "internal.h"

/* ---- may this partition act? ----------------------------------------------- */

/* The first listed node that is here decides, unless one listed before it was
 * with us until now: that one is on the other side. */
static bool list_says_here(struct vq *vq)
{
	const struct listed *id = listed(vq);

	for (uint32_t i = 0; i < vq->listed; i++) {
		if (id[i].in_current)
			return true;
		if (id[i].in_previous)
			return false;
	}
	return false;
}

bool vqi_tie_breaker_here(struct vq *vq, enum tie_breaker kind)
{
	const struct record *record;

	NEVER(kind == TIE_NONE);
	if (kind == TIE_LIST)
		return list_says_here(vq);
	record = vqi_record_find(vq, kind == TIE_LOWEST ? vq->lowest : vq->highest);
	return record && is_member(record);
}

/* Half of the votes are here, and those that left cannot have quorum. */
static bool tie_is_ours(struct vq *vq, uint32_t votes)
{
	int64_t gone = (int64_t)vq->previous_members - (int64_t)vq->members;

	return vq->tie_breaker != TIE_NONE && votes == vq->own.expected_votes / 2 && gone < (int64_t)vq->quorum &&
	       vqi_tie_breaker_here(vq, (enum tie_breaker)vq->tie_breaker);
}

static bool master_wins(struct vq *vq)
{
	const struct record *record = others(vq);
	unsigned both = FLAG_DEVICE_MASTER_WINS | FLAG_DEVICE_CAST_VOTE;

	if (!vq->master_wins)
		return false;
	for (uint32_t i = 0; i < vq->others; i++) {
		if (is_member(&record[i]) && has(&record[i], both))
			return true;
	}
	return is_member(&vq->own) && has(&vq->own, both);
}

static void remember_lowest_and_highest(struct vq *vq)
{
	const struct record *record = others(vq);
	uint32_t own = vq->own.nodeid, first = 0, end = vq->others;

	while (first < end && !is_member(&record[first]))
		first++;
	while (end > first && !is_member(&record[end - 1]))
		end--;
	vq->lowest = vq->highest = own;
	if (first == end)
		return;
	if (key(vq, record[first].nodeid) < key(vq, own))
		vq->lowest = record[first].nodeid;
	if (key(vq, record[end - 1].nodeid) > key(vq, own))
		vq->highest = record[end - 1].nodeid;
}

void vqi_set_wait_for_all_status(struct vq *vq, bool on)
{
	vq->wait_for_all_status = on;
	set_flags(&vq->own, FLAG_WFA_STATUS, on);
}

static void set_quorate(const struct call *c, bool quorate)
{
	struct vq *vq = c->vq;
	bool changed = vq->quorate != quorate;

	vq->quorate = quorate;
	set_flags(&vq->own, FLAG_QUORATE, quorate);
	if (vq->wait_for_all)
		vqi_set_wait_for_all_status(vq, !quorate);
	if (changed && !vq->syncing) {
		c->host->primary(c->ctx, quorate);
		vqi_notify_quorum(c);
	}
}

static bool judge(const struct call *c, uint32_t votes)
{
	struct vq *vq = c->vq;
	bool quorate;

	/* Once all are here the waiting ends with what set_quorate() finds. */
	if (vq->wait_for_all && vq->wait_for_all_status && votes != vq->own.expected_votes) {
		/* Quirk wfa-assert: the daemon asserts that who is quorate waits for
		 * nobody. Off: waiting armed once more does nothing. */
		if (!vq->quorate || !quirk(vq, VQ_QUIRK_WFA_ASSERT))
			return true;
		c->host->abort(c->ctx, "quorate, and told to wait for all");
		return false;
	}
	quorate = vq->quorum <= votes;
	if (quorate)
		remember_lowest_and_highest(vq);
	set_quorate(c, quorate || tie_is_ours(vq, votes) || master_wins(vq));
	return true;
}

/* ---- how many are needed? -------------------------------------------------- */

static inline void count(struct tally *tally, const struct record *record)
{
	if (!is_member(record))
		return;
	tally->count++;
	tally->votes += record->votes;
	if (record->expected_votes > tally->highest_expected)
		tally->highest_expected = record->expected_votes;
}

static struct tally count_others(struct vq *vq)
{
	const struct record *record = others(vq);
	struct tally tally = {0, 0, 0};

	for (uint32_t i = 0; i < vq->others; i++)
		count(&tally, &record[i]);
	return tally;
}

struct tally vqi_tally(struct vq *vq)
{
	struct tally tally = vq->counted ? vq->of_others : count_others(vq);

	count(&tally, &vq->own);
	return tally;
}

/* In a merge of n nodes each of them recalculates with each that comes: were they all
 * counted each time, the merge would cost n^3. */
void vqi_tally_changed(struct vq *vq, const struct record *before, const struct record *after)
{
	bool same = before->votes == after->votes && before->expected_votes == after->expected_votes;

	if (!vq->counted || (is_member(before) == is_member(after) && (same || !is_member(before))))
		return;
	if (is_member(before))
		vqi_tally_forget(vq);
	else
		count(&vq->of_others, after);
}

void vqi_tally_forget(struct vq *vq)
{
	vq->counted = 0;
	vq->of_others = (struct tally){0, 0, 0};
}

static struct tally keep_tally(struct vq *vq)
{
	if (!vq->counted)
		vq->of_others = count_others(vq);
	vq->counted = 1;
	return vqi_tally(vq);
}

/* Half of it and one; wraps as the daemon's does. */
static inline uint32_t majority(uint32_t votes)
{
	return (votes + 2) / 2;
}

struct forecast vqi_forecast(const struct vq *vq, const struct tally *tally, bool decrease, uint32_t expected_votes)
{
	struct forecast forecast = {0, tally->votes};
	uint32_t nodes = tally->count;
	uint32_t expected = expected_votes ? expected_votes : tally->highest_expected;

	if (has(&vq->own, FLAG_DEVICE_CAST_VOTE)) {
		forecast.votes += vq->device_votes;
		nodes++;
	}
	forecast.quorum = majority(expected);
	if (forecast.quorum < majority(forecast.votes))
		forecast.quorum = majority(forecast.votes);
	if (!decrease && forecast.quorum < vq->quorum)
		forecast.quorum = vq->quorum;
	if (vq->two_node && nodes <= 2)
		forecast.quorum = 1;
	return forecast;
}

/* The largest expectation ever seen is to survive a restart. */
static void track(const struct call *c)
{
	struct vq *vq = c->vq;

	if (!vq->tracking || vq->own.expected_votes <= vq->tracked_barrier)
		return;
	vq->tracked_barrier = vq->own.expected_votes;
	/* Quirk tracking-not-stored: the daemon cannot write its file. */
	if (quirk(vq, VQ_QUIRK_TRACKING_NOT_STORED) || !c->host->store_barrier(c->ctx, vq->tracked_barrier))
		notice(c, VQ_NOTICE_BARRIER_NOT_STORED);
}

/* More votes than expected: expect them from now on. Returns the nodes here. */
static uint32_t raise_expected(const struct call *c, struct tally *tally)
{
	struct vq *vq = c->vq;
	uint32_t votes = tally->votes, nodes = tally->count;

	/* Quirk device-counts-uncast: the device's votes are expected though it
	 * casts none. Off: only those that are cast. */
	if (quirk(vq, VQ_QUIRK_DEVICE_COUNTS_UNCAST) || has(&vq->own, FLAG_DEVICE_CAST_VOTE)) {
		votes += vq->device_votes;
		nodes += vq->device_votes != 0;
	}
	if (votes > vq->own.expected_votes) {
		vq->own.expected_votes = votes;
		if (is_member(&vq->own) && votes > tally->highest_expected)
			tally->highest_expected = votes;
		vqi_notify_expected_votes(c);
	}
	track(c);
	return nodes;
}

bool vqi_recalculate(const struct call *c, bool decrease, bool by_current_nodes)
{
	struct vq *vq = c->vq;
	struct tally tally = keep_tally(vq);
	uint32_t nodes = raise_expected(c, &tally);
	uint32_t expected = by_current_nodes ? nodes : 0;
	struct forecast forecast;

	if (vq->allow_downscale && decrease && expected && expected < vq->downscale_barrier)
		expected = vq->downscale_barrier;
	forecast = vqi_forecast(vq, &tally, decrease, expected);
	/* Quirk quorum-8-bit: it is kept in a byte. */
	vq->quorum = quirk(vq, VQ_QUIRK_QUORUM_8_BIT) ? (uint8_t)forecast.quorum : forecast.quorum;
	if (by_current_nodes && nodes)
		vqi_record_expect(vq, nodes);
	return judge(c, forecast.votes);
}
