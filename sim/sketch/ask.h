/* Questions at a terminal. */
#ifndef SIM_SKETCH_ASK_H
#define SIM_SKETCH_ASK_H

#include <stdio.h>

#include "sim/sketch/sketch.h"

/* Asks for all of it, an empty line being the default; again after an answer that cannot be. name and path
 * hold the answers to those. False: the input ended. */
bool ask_sketch(struct sketch *sketch, char name[128], char path[1024], FILE *in, FILE *out);

#endif
