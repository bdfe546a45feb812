/* The formats by the options that ask for them. */
#include "sim/report/report.h"

const struct report_format report_formats[] = {
	{"junit", report_junit},       {"json", report_json},     {"tap", report_tap},
	{"markdown", report_markdown}, {"github", report_github}, {"gitlab", report_gitlab},
};
const uint32_t report_format_count = sizeof report_formats / sizeof *report_formats;
