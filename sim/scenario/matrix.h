/* Values to run a scenario with: `${name}` in its scalars, one run per combination. */
#ifndef SIM_SCENARIO_MATRIX_H
#define SIM_SCENARIO_MATRIX_H

#include "sim/scenario/tree.h"

#define MATRIX_RUNS_MAX 4096u
#define MATRIX_NAMES_MAX 64u
#define MATRIX_VALUES_MAX 4000000u /* runs times values in the document */

struct matrix {
	uint32_t count; /* of names */
	const char **names;
	const struct tree **values; /* a list for each name */
	uint32_t runs;              /* combinations; 1 without a matrix */
	bool given;
};

/* Read `matrix` (NULL: none) of `document`. */
void matrix_read(struct reading *reading, const struct tree *matrix, const struct tree *document, struct matrix *to);
/* A name that stands nowhere in the document is a mistake. */
void matrix_refuse_unused(struct reading *reading, const struct matrix *matrix, const struct tree *document);
/* The document with the values of one run in it; run: 0 .. runs-1, the last name changes fastest. */
const struct tree *matrix_apply(struct reading *reading, const struct matrix *matrix, uint32_t run,
				const struct tree *document);
/* "two_node=1 nodes=3"; "" without a matrix. */
const char *matrix_variant(struct reading *reading, const struct matrix *matrix, uint32_t run);

#endif
