/*
 * Times of logs. The C library's readers of dates depend on locale and time zone; these do not.
 */
#include "sim/record/stamp.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

static bool literal(struct cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

/* A number of least to most digits. */
static bool digits(struct cursor *cursor, unsigned least, unsigned most, int64_t *number)
{
	unsigned count = 0;

	*number = 0;
	while (count < most && cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
		*number = *number * 10 + (*cursor->at++ - '0');
		count++;
	}
	return count >= least;
}

/* ".466" or ",466123": milliseconds; nothing there: 0. */
static int64_t fraction(struct cursor *cursor)
{
	int64_t ms = 0, weight = 100;

	if (cursor->end - cursor->at < 2 || (*cursor->at != '.' && *cursor->at != ',') || cursor->at[1] < '0' ||
	    cursor->at[1] > '9')
		return 0;
	for (cursor->at++; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
		ms += weight * (*cursor->at - '0');
		weight /= 10;
	}
	return ms;
}

/* "19:41:08.466" as milliseconds of the day. */
static bool time_of_day(struct cursor *cursor, int64_t *ms)
{
	int64_t hour, minute, second;

	if (!digits(cursor, 1, 2, &hour) || !literal(cursor, ':') || !digits(cursor, 2, 2, &minute) ||
	    !literal(cursor, ':') || !digits(cursor, 2, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	*ms = ((hour * 60 + minute) * 60 + second) * 1000 + fraction(cursor);
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar, which repeats every 400 years of 146097 days. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	const int64_t from_march = (month + 9) % 12, y = month <= 2 ? year - 1 : year;

	return y * 365 + y / 4 - y / 100 + y / 400 + (from_march * 153 + 2) / 5 + day - 1 - 719468;
}

static bool date(struct cursor *cursor, struct stamp *stamp, int64_t *days)
{
	int64_t year, month, day;

	if (!digits(cursor, 4, 4, &year) || !literal(cursor, '-') || !digits(cursor, 2, 2, &month) ||
	    !literal(cursor, '-') || !digits(cursor, 2, 2, &day) || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	stamp->has_year = true;
	stamp->month = (unsigned)month;
	*days = days_of(year, month, day);
	return true;
}

/* "Z", "+01:00", "-0530"; nothing there: no zone. */
static void zone(struct cursor *cursor, struct stamp *stamp)
{
	struct cursor ahead = *cursor;
	int64_t hours, minutes;
	bool west;

	if (literal(cursor, 'Z')) {
		stamp->has_zone = true;
		return;
	}
	if (ahead.at == ahead.end || (*ahead.at != '+' && *ahead.at != '-'))
		return;
	west = *ahead.at++ == '-';
	if (!digits(&ahead, 2, 2, &hours) || (literal(&ahead, ':'), !digits(&ahead, 2, 2, &minutes)))
		return;
	stamp->has_zone = true;
	stamp->ms -= (west ? -1 : 1) * (hours * 60 + minutes) * 60000;
	*cursor = ahead;
}

static bool iso(struct cursor *cursor, struct stamp *stamp)
{
	int64_t days, ms;

	if (!date(cursor, stamp, &days) || !(literal(cursor, 'T') || literal(cursor, ' ')) ||
	    !time_of_day(cursor, &ms))
		return false;
	stamp->ms = days * 86400000 + ms;
	zone(cursor, stamp);
	return true;
}

/* "Sun " before "2026-11-22". */
static void weekday(struct cursor *cursor)
{
	if (cursor->end - cursor->at > 8 && cursor->at[3] == ' ' && cursor->at[8] == '-')
		cursor->at += 4;
}

/* "Nov 22 19:41:08": the year is a leap year, so that every day has a place. */
static bool month_day(struct cursor *cursor, struct stamp *stamp)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t day, ms;

	for (unsigned month = 0; month < 12 && cursor->end - cursor->at > 4; month++)
		if (memcmp(cursor->at, names + (size_t)3 * month, 3) == 0)
			stamp->month = month + 1;
	if (!stamp->month)
		return false;
	cursor->at += 3;
	while (literal(cursor, ' '))
		;
	if (!digits(cursor, 1, 2, &day) || day < 1 || day > 31 || !literal(cursor, ' ') || !time_of_day(cursor, &ms))
		return false;
	stamp->ms = (days_of(1972, stamp->month, day) - days_of(1972, 1, 1)) * 86400000 + ms;
	return true;
}

/* "1795376468.466", journalctl's short-unix. */
static bool seconds(struct cursor *cursor, struct stamp *stamp)
{
	int64_t number;

	if (!digits(cursor, 9, 11, &number) || cursor->at == cursor->end || *cursor->at != '.')
		return false;
	stamp->ms = number * 1000 + fraction(cursor);
	stamp->has_year = stamp->has_zone = true;
	return true;
}

bool stamp_read(const char *text, size_t size, struct stamp *stamp)
{
	static bool (*const forms[])(struct cursor *, struct stamp *) = {month_day, iso, seconds};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct cursor cursor = {text, text + size};

		weekday(&cursor);
		*stamp = (struct stamp){0};
		if (forms[i](&cursor, stamp)) {
			stamp->size = (size_t)(cursor.at - text);
			return true;
		}
	}
	return false;
}
