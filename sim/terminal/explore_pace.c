/*
 * The rest of a depth is told from its states that are still to be gone on from; of the
 * depths below it nobody knows, so they are guessed to grow as the last one did.
 */
#include "sim/terminal/explore_pace.h"

#include <sys/resource.h>
#include <time.h>

#define BETWEEN_S 0.2
#define KEEP_EVERY_S 10.0

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void pace_begin(struct pace *pace)
{
	pace->began_s = now_s();
	pace->told_s = 0;
	pace->kept_s = pace->began_s;
}

bool pace_keep_now(struct pace *pace)
{
	double now = now_s();

	if (now - pace->kept_s < KEEP_EVERY_S)
		return false;
	pace->kept_s = now;
	return true;
}

double pace_seconds(const struct pace *pace)
{
	return now_s() - pace->began_s;
}

/* States that are still to be gone on from, this depth's and, by their growth so far, those below. */
static double states_left(const struct explore_options *options, const struct explore_progress *progress)
{
	double left = (double)(progress->level_states - progress->level_done);
	double growth = (double)progress->next_level_states / (double)progress->level_done;
	double next = (double)progress->level_states * growth;

	for (uint32_t depth = progress->depth + 1; depth <= options->depth && next >= 1; depth++) {
		left += next;
		next *= growth;
	}
	return left;
}

void pace_tell(struct pace *pace, const struct explore_options *options, const struct explore_progress *progress)
{
	double now = now_s(), seconds = now - pace->began_s, gone_on = 0;

	if (now - pace->told_s < BETWEEN_S || seconds <= 0 || progress->level_done == 0)
		return;
	pace->told_s = now;
	gone_on = (double)(progress->states - progress->next_level_states - progress->level_states +
			   progress->level_done);
	fprintf(stderr, "\r\033[Kdepth %u: %llu%%, %llu states, %llu events, %.0f/s, about %.0f s left",
		progress->depth, (unsigned long long)(100 * progress->level_done / progress->level_states),
		(unsigned long long)progress->states, (unsigned long long)progress->transitions,
		(double)progress->transitions / seconds, states_left(options, progress) * seconds / gone_on);
}

void pace_write_stats(const struct pace *pace, const struct explore_options *options,
		      const struct exploration *exploration, FILE *file)
{
	const struct explore_interleavings *interleavings = &exploration->interleavings;
	double seconds = pace_seconds(pace), cpu_s;
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	fprintf(file,
		"{\"depth\": %u, \"jobs\": %u, \"exhausted\": %s, \"cut\": %s, \"states\": %llu, \"transitions\": "
		"%llu, "
		"\"simulated\": %llu, \"dropped\": %llu, \"runs\": %llu, \"ways\": %llu, \"runs_of_one_event\": %u, "
		"\"events_cut\": "
		"%llu, "
		"\"runs_dropped\": %llu, \"departures\": %d, \"findings\": %u, \"state_bytes\": %llu, "
		"\"bytes_a_state\": "
		"%.1f, "
		"\"peak_bytes\": %llu, \"seconds\": %.3f, \"cpu_seconds\": %.3f, \"transitions_a_cpu_second\": %.0f, "
		"\"simulated_a_cpu_second\": %.0f}\n",
		exploration->depth_done, options->jobs ? options->jobs : 1, exploration->exhausted ? "true" : "false",
		exploration->cut ? "true" : "false", (unsigned long long)exploration->states,
		(unsigned long long)exploration->transitions, (unsigned long long)exploration->simulated,
		(unsigned long long)exploration->dropped, (unsigned long long)interleavings->runs,
		(unsigned long long)interleavings->ways, interleavings->most, (unsigned long long)interleavings->cut,
		(unsigned long long)interleavings->dropped, interleavings->cut ? (int)interleavings->complete : -1,
		exploration->finding_count, (unsigned long long)exploration->state_bytes,
		(double)exploration->state_bytes / (double)exploration->states,
		(unsigned long long)usage.ru_maxrss * 1024, seconds, cpu_s, (double)exploration->transitions / cpu_s,
		(double)exploration->simulated / cpu_s);
}
