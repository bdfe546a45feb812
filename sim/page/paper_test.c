/*
 * Paragraphs keep to their columns, whatever characters are in them, and colours stand
 * around them only where they are wanted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/page/paper.h"

static char *printed;
static size_t printed_size;

static struct paper open_paper(bool colours)
{
	struct paper paper = {open_memstream(&printed, &printed_size), colours};

	assert_non_null(paper.file);
	return paper;
}

static void printed_is(const struct paper *paper, const char *text)
{
	fclose(paper->file);
	assert_string_equal(printed, text);
	free(printed);
}

static void lines_break_between_words(void **unused)
{
	struct paper paper = open_paper(false);
	char word[60], expected[200];

	(void)unused;
	memset(word, 'x', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	paper_put(&paper, INK_PLAIN, 4, "  %s %s b", word, word);
	(void)snprintf(expected, sizeof expected, "  %s\n    %s b\n", word, word);
	printed_is(&paper, expected);
}

static void a_line_may_be_full(void **unused)
{
	struct paper paper = open_paper(false);
	char word[PAPER_COLUMNS - 1];
	char expected[PAPER_COLUMNS + 8];

	(void)unused;
	memset(word, 'x', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	paper_put(&paper, INK_PLAIN, 2, "%s y z", word);
	(void)snprintf(expected, sizeof expected, "%s y\n  z\n", word);
	printed_is(&paper, expected);
}

static void colours_stand_where_they_are_wanted(void **unused)
{
	struct paper paper = open_paper(true);

	(void)unused;
	paper_put(&paper, INK_BOLD, 0, "a");
	paper_put(&paper, INK_PLAIN, 0, "b");
	printed_is(&paper, "\033[1ma\033[0m\nb\n");
	paper = open_paper(false);
	paper_put(&paper, INK_BOLD, 0, "a");
	printed_is(&paper, "a\n");
}

static void characters_are_counted_not_bytes(void **unused)
{
	struct paper paper = open_paper(false);

	(void)unused;
	assert_int_equal(paper_width("k\xc3\xb6ln"), 4);
	paper_cell(&paper, "k\xc3\xb6ln", 6);
	paper_cell(&paper, "longer", 3);
	paper_row(&paper, "  l", 6, "text");
	printed_is(&paper, "k\xc3\xb6ln  longer   l   text\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_between_words),
		cmocka_unit_test(a_line_may_be_full),
		cmocka_unit_test(colours_stand_where_they_are_wanted),
		cmocka_unit_test(characters_are_counted_not_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
