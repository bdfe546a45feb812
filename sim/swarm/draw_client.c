/* Clients of a run: trackers of every kind, slow ones, ones that die, devices, good and bad arguments. */
#include <string.h>

#include "sim/swarm/draw_parts.h"

#define CLIENTS_MAX 4u
#define ALL_CALLBACKS (1u << VQ_NODELIST | 1u << VQ_QUORUM | 1u << VQ_EXPECTED_VOTES)

static const char *const names[CLIENTS_MAX] = {"a", "b", "c", "d"};

static const enum verb calls[] = {
	VERB_TRACKSTART,     VERB_TRACKSTOP,          VERB_GETINFO,
	VERB_DISPATCH,       VERB_SETEXPECTED,        VERB_SETVOTES,
	VERB_FINALIZE,       VERB_INITIALIZE,         VERB_KILL,
	VERB_FAULT,          VERB_CONTEXT_SET,        VERB_CONTEXT_GET,
	VERB_FD_GET,         VERB_QDEVICE_REGISTER,   VERB_QDEVICE_POLL,
	VERB_QDEVICE_UPDATE, VERB_QDEVICE_UNREGISTER, VERB_QDEVICE_MASTER_WINS,
};

#define CALLS ((uint32_t)(sizeof calls / sizeof *calls))

static void draw_manners(struct draw *draw, struct scenario_client *client)
{
	static const enum verb inside[] = {VERB_GETINFO, VERB_QDEVICE_POLL, VERB_FINALIZE, VERB_TRACKSTOP};

	client->callbacks = ALL_CALLBACKS;
	client->manual = draw_one_in(draw, 6);
	if (draw_one_in(draw, 8))
		client->callbacks = draw_below(draw, 8) << 1;
	if (draw_one_in(draw, 6))
		client->slow_ns = SCENARIO_MS << draw_below(draw, 12);
	if (draw_one_in(draw, 10))
		client->in_callback = inside[draw_below(draw, 4)];
}

uint32_t draw_number(struct draw *draw)
{
	switch (draw_below(draw, 16)) {
	case 0:
		return 255 + draw_below(draw, 4);
	case 1:
		return UINT32_MAX - draw_below(draw, 4);
	default:
		return draw_below(draw, 9);
	}
}

static void draw_fault(struct draw *draw, struct step *step)
{
	/* NO_RESOURCES drops whatever the node sends next, what others need to know of it too: wild stories only */
	static const int errors[] = {VQ_ERR_TRY_AGAIN, VQ_ERR_INTERRUPT,     VQ_ERR_NO_MEMORY,
				     VQ_ERR_ACCESS,    VQ_ERR_NOT_SUPPORTED, VQ_ERR_MESSAGE_ERROR,
				     VQ_ERR_LIBRARY,   VQ_ERR_NO_RESOURCES};

	step->fault_error = errors[draw_below(draw, 7)];
	step->fault_call =
		draw_one_in(draw, 2) ? VERB_NONE : (enum verb)(VERB_INITIALIZE + (int)draw_below(draw, 16));
}

/* Only what the call takes: the rest would be lost where the scenario is written. */
static void draw_arguments(struct draw *draw, struct step *step)
{
	struct vq_request *request = &step->request;
	uint32_t nodes = draw->drawn.scenario.node_count;

	if (step->verb >= VERB_GETINFO && step->verb <= VERB_QDEVICE_MASTER_WINS)
		request->op = (uint32_t)step->verb - VERB_GETINFO + VQ_OP_GETINFO;
	if (step->verb >= VERB_QDEVICE_REGISTER && step->verb <= VERB_QDEVICE_MASTER_WINS)
		strcpy(request->name, draw_one_in(draw, 8) ? "other" : "device");
	switch (step->verb) {
	case VERB_TRACKSTART:
		request->flags = draw_one_in(draw, 16) ? draw_number(draw) : 1 + draw_below(draw, 7);
		request->context = draw_below(draw, 100);
		break;
	case VERB_GETINFO:
		request->nodeid = draw_below(draw, nodes + 2);
		break;
	case VERB_SETEXPECTED:
		request->votes = draw_number(draw);
		break;
	case VERB_SETVOTES: /* of a node that is not there, too */
		request->nodeid = 1 + draw_below(draw, nodes + 1);
		request->votes = draw_number(draw);
		break;
	case VERB_DISPATCH:
		step->dispatch_type = draw_one_in(draw, 12) ? draw_number(draw) : 1 + draw_below(draw, 4);
		break;
	case VERB_CONTEXT_SET:
		step->context = draw_below(draw, 100);
		break;
	case VERB_QDEVICE_UPDATE:
		strcpy(request->new_name, draw_one_in(draw, 2) ? "device" : "other");
		break;
	case VERB_QDEVICE_POLL:
		request->cast_vote = !draw_one_in(draw, 3);
		step->ring_stale = draw_one_in(draw, 10);
		break;
	case VERB_QDEVICE_MASTER_WINS:
		request->allow = draw_one_in(draw, 2);
		break;
	case VERB_FAULT:
		draw_fault(draw, step);
		break;
	default:
		break;
	}
}

/* Administrators may be left out. A quorum device's own calls are made where there is one, and rarely elsewhere. */
static bool is_usual(const struct draw *draw, uint32_t client, enum verb verb)
{
	const struct vq_config *config = draw->drawn.scenario.nodes[draw->clients[client].node].config;

	if (draw->options->no_administrator && (verb == VERB_SETEXPECTED || verb == VERB_SETVOTES))
		return false;
	return verb < VERB_QDEVICE_REGISTER || verb > VERB_QDEVICE_MASTER_WINS || draw->any_calls ||
	       (config && config->device_model);
}

static void call_of(struct draw *draw, uint32_t client, enum verb verb)
{
	struct step *step = draw_step(draw, verb);

	step->client = client;
	draw->used_client[client] = true;
	draw_arguments(draw, step);
}

/* A device is registered before all else, and votes. */
static void begin_to_use(struct draw *draw, uint32_t client)
{
	const struct vq_config *config = draw->drawn.scenario.nodes[draw->clients[client].node].config;

	if (config && config->device_model && draw_one_in(draw, 2)) {
		call_of(draw, client, VERB_QDEVICE_REGISTER);
		call_of(draw, client, VERB_QDEVICE_POLL);
	} else if (!draw_one_in(draw, 4))
		call_of(draw, client, VERB_TRACKSTART);
}

void draw_clients(struct draw *draw)
{
	struct scenario *scenario = &draw->drawn.scenario;
	uint32_t count = draw_below(draw, CLIENTS_MAX + 1);

	draw->clients = draw_take(draw, count, sizeof *draw->clients);
	draw->used_client = draw_take(draw, count, sizeof *draw->used_client);
	draw->calls = draw_bits(draw);
	draw->calls &= draw_bits(draw);
	draw->any_calls = draw_one_in(draw, 32);
	scenario->clients = draw->clients;
	scenario->client_count = count;
	for (uint32_t i = 0; i < count; i++) {
		draw->clients[i].name = names[i];
		draw->clients[i].node = draw_below(draw, scenario->node_count);
		draw_manners(draw, &draw->clients[i]);
	}
	for (uint32_t i = 0; i < count; i++)
		begin_to_use(draw, i);
}

bool draw_call(struct draw *draw)
{
	uint32_t count = draw->drawn.scenario.client_count, client, call;

	if (!count)
		return false;
	client = draw_below(draw, count);
	call = draw_below(draw, CALLS);
	while (call < CALLS && !(draw->calls >> call & 1))
		call++;
	call = call == CALLS ? 0 : call;
	if (!is_usual(draw, client, calls[call]) || (calls[call] == VERB_KILL && !draw->used_client[client]))
		call = 0;
	call_of(draw, client, calls[call]);
	return true;
}
