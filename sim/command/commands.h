/*
 * The commands of votesim, one function each: arguments after the command's name,
 * exit status returned (0 held, 1 failed, 2 bad usage or input, 3 internal).
 */
#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

struct run_options;

enum { EXIT_HELD = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_lint(int argc, char **argv);
int command_fmt(int argc, char **argv);
int command_new(int argc, char **argv);
int command_record(int argc, char **argv);
int command_explore(int argc, char **argv);
int command_swarm(int argc, char **argv);
int command_shrink(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_bench(int argc, char **argv);

/* "votesim: WHAT" and how to get help, on standard error; EXIT_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What getopt did not take: ':' a value is missing, else the option is unknown; EXIT_USAGE. */
int bad_option(char **argv, int option);
/* "cannot write PATH", with errno's words; EXIT_USAGE. */
int cannot_write(const char *path);
/* Write a scenario that was made to a file ("-", NULL: to standard output), over one that is there only with force.
 * EXIT_HELD or EXIT_USAGE. */
int put_made(const char *path, bool force, const char *text);
/* A whole decimal number from low to high; false: it is none. */
bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *number);
/* The values of -j and of --seed. 0, or what usage_error() gives. */
int take_jobs(const char *text, uint32_t *jobs);
int take_seed(const char *text, struct run_options *options);

#endif
