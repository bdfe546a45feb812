/* The quorum section, as YAML has it and as corosync.conf has it. */
#ifndef SIM_SCENARIO_CONFIG_H
#define SIM_SCENARIO_CONFIG_H

#include "sim/scenario/reader.h"

/* Set in `config` what the mapping gives; the rest stays. */
void read_quorum(struct reader *reader, const struct tree *tree, struct vq_config *config);

/* ---- corosync.conf ------------------------------------------------------------- */

struct conf {
	struct vq_config config;
	uint32_t node_count;
	struct vq_config_node *nodes; /* config.nodes */
	const char **names;           /* by node: name, else ring0_addr; NULL: neither */
	struct totem totem;           /* fields not given: as they were */
	uint32_t capacity;            /* nodes it may have; given by the caller */
};

/* Read a file the way corosync does; mistakes bear its own path and line. `at`
 * is where the scenario names it. */
void conf_read(struct reading *reading, const char *path, struct position at, struct conf *conf);
void conf_parse(struct reading *reading, const char *text, size_t size, struct conf *conf);

#endif
