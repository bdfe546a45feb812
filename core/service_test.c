/*
 * An instance's life, and the host's contract: what breaks it aborts the process
 * at once, in release as well.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"

/* A node whose own votes are enough acts from the start. */
static void a_single_node_is_quorate_at_once(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(1);

	fake_boot(fake, &config);
	assert_true(vq_quorate(fake->vq));
	assert_int_equal(fake->primary_count, 1);
	assert_true(fake->primary);
	assert_int_equal(fake->sent[0].message.flags, FLAG_FIRST | FLAG_QUORATE);
	assert_int_equal(vq_ring(fake->vq).seq, 0);
}

/* History 2: who leaves says so where that lowers the expected votes. */
static void leaving_is_announced_for_downscaling(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);

	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 3, 0);
	fake_clear(fake);
	vq_leave(fake->vq, &fake->host, fake);
	assert_int_equal(fake->sent_count, 0);
	config.allow_downscale = 1;
	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 3, 0);
	fake_clear(fake);
	vq_leave(fake->vq, &fake->host, fake);
	assert_int_equal(fake->sent_count, 1);
	assert_int_equal(fake->sent[0].message.flags, FLAG_QUORATE | FLAG_LEAVING);
	fake_loop(fake);
	assert_int_equal(fake_info(fake, 0).node_state, VQ_STATE_LEAVING);
	assert_int_equal(fake_info(fake, 0).total_votes, 2);
	/* Reloads do not bring it back. */
	vq_reload(fake->vq, &fake->host, fake, &config);
	assert_int_equal(fake->sent[0].message.flags & FLAG_LEAVING, FLAG_LEAVING);
}

/* The same calls on a copy give the same bytes. */
static void a_copy_is_a_snapshot(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(3);
	size_t size = vq_size(&fake->limits);
	unsigned char *before = malloc(size), *after = malloc(size);

	assert_true(before && after);
	fake_boot(fake, &config);
	fake_sync(fake, 0x7, 3, 0);
	fake_track(fake, 0, 1, VQ_TRACK_CHANGES);
	memcpy(before, fake->vq, size);
	for (int round = 0; round < 2; round++) {
		fake->seq = 100;
		fake_sync(fake, 0x5, 3, FLAG_QUORATE);
		if (round)
			assert_memory_equal(after, fake->vq, size);
		memcpy(after, fake->vq, size);
		memcpy(fake->vq, before, size);
	}
	free(before);
	free(after);
}

static void sizes_follow_the_limits(void **state)
{
	struct vq_limits small = {1, 0, 0, 0}, large = {VQ_PROCESSORS_MAX, 1000, 0, 0};
	struct vq_limits largest = {VQ_NODES_MAX, 1000, 0, 0};

	(void)state;
	assert_int_equal(vq_size(&small) % 8, 0);
	assert_int_equal(vq_size(&large) % 8, 0);
	assert_true(vq_size(&small) < 512);
	assert_true(vq_size(&large) < 384 * 40 + 1000 * 16 + 512);
	assert_int_equal(vq_size(&largest) % 8, 0);
	assert_true(vq_size(&largest) < 65535 * 40 + 1000 * 16 + 512);
}

/* One node and no connection: no array has room for more. */
static void the_smallest_instance_works(void **state)
{
	struct fake *fake = *state;
	struct vq_config config = fake_config(1);

	fake->limits = (struct vq_limits){1, 0, 0, 0};
	fake_close(fake);
	fake->vq = malloc(vq_size(&fake->limits));
	assert_non_null(fake->vq);
	fake_boot(fake, &config);
	fake_sync(fake, 0x1, 1, 0);
	assert_true(vq_quorate(fake->vq));
	assert_false(fake_nodeinfo(fake, 2, 1, 1, 0));
}

/* ---- the host's contract -------------------------------------------------------------- */

static void no_room_for_so_many_nodes(struct fake *fake)
{
	fake->limits.nodes = VQ_NODES_MAX + 1;
	(void)vq_size(&fake->limits);
}

static void no_nodes_at_all(struct fake *fake)
{
	fake->limits.nodes = 0;
	(void)vq_size(&fake->limits);
}

static void too_many_connections(struct fake *fake)
{
	fake->limits.connections = UINT32_MAX;
	(void)vq_size(&fake->limits);
}

static void node_zero(struct fake *fake)
{
	struct vq_config config = fake_config(1);

	fake_start(fake, 0, &config, 0);
}

static void empty_ring(struct fake *fake)
{
	vq_sync_init(fake->vq, &fake->host, fake, (struct vq_ring_id){4, 1, 0}, NULL, 0);
}

static void ring_too_large(struct fake *fake)
{
	static const uint32_t ids[FAKE_NODES + 1] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

	vq_sync_init(fake->vq, &fake->host, fake, (struct vq_ring_id){4, 1, 0}, ids, FAKE_NODES + 1);
}

static void process_without_init(struct fake *fake)
{
	fake_process(fake);
}

static void activate_without_process(struct fake *fake)
{
	fake_init(fake, 0x1);
	fake_activate(fake);
}

static void unknown_timer(struct fake *fake)
{
	vq_timer_fired(fake->vq, &fake->host, fake, VQ_TIMER_COUNT);
}

static void unknown_connection(struct fake *fake)
{
	fake_track(fake, FAKE_CONNECTIONS, 1, 1);
}

static void unknown_connection_closed(struct fake *fake)
{
	vq_connection_close(fake->vq, FAKE_CONNECTIONS);
}

static void no_handles(struct fake *fake)
{
	(void)fake;
	(void)vq_client_size(0);
}

/* In a process of its own, which must end by abort(). */
static bool aborts(struct fake *fake, void (*breaks)(struct fake *fake))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		breaks(fake);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void a_broken_contract_aborts(void **state)
{
	static void (*const breaks[])(struct fake * fake) = {
		no_room_for_so_many_nodes,
		no_nodes_at_all,
		too_many_connections,
		node_zero,
		empty_ring,
		ring_too_large,
		process_without_init,
		activate_without_process,
		unknown_timer,
		unknown_connection,
		unknown_connection_closed,
		no_handles,
	};
	struct fake *fake = *state;
	struct vq_config config = fake_config(1);

	fake_boot(fake, &config);
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++)
		assert_true(aborts(fake, breaks[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(a_single_node_is_quorate_at_once),
		WITH_FAKE(leaving_is_announced_for_downscaling),
		WITH_FAKE(a_copy_is_a_snapshot),
		WITH_FAKE(sizes_follow_the_limits),
		WITH_FAKE(the_smallest_instance_works),
		WITH_FAKE(a_broken_contract_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
