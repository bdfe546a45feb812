/* The one way in which a scenario file is laid out. */
#ifndef SIM_FMT_LAYOUT_H
#define SIM_FMT_LAYOUT_H

#include "sim/fmt/lines.h"
#include "sim/fmt/source.h"

/* What stands between brackets goes on one line up to this column, else each item has its own. */
#define LAYOUT_WIDTH 160u
/* Long lists of words are filled up to this one. */
#define LAYOUT_FILL 120u

/* The whole file; the reading has the memory. */
struct text layout(struct reading *reading, const struct source *source);

#endif
