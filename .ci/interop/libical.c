/* Expands .ics files with libical; see README. */
#include <libical/ical.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *path;
static icalcomponent *calendar;

static icaltimetype utc(icaltimetype t)
{
    return icaltime_convert_to_zone(t, icaltimezone_get_utc_timezone());
}

static void print(icaltimetype start, icaltimetype end)
{
    printf("%s\t%04d-%02d-%02dT%02d:%02d:%02dZ\t%04d-%02d-%02dT%02d:%02d:%02dZ\n", path,
           start.year, start.month, start.day, start.hour, start.minute, start.second,
           end.year, end.month, end.day, end.hour, end.minute, end.second);
}

static bool is_override(icalcomponent *event)
{
    return icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY) != NULL;
}

static bool is_cancelled(icalcomponent *event)
{
    return icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED;
}

/* has_override reports whether a component stands for the master's session at start. */
static bool has_override(icalcomponent *master, icaltimetype start)
{
    icalcompiter i = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *e; (e = icalcompiter_deref(&i)) != NULL; icalcompiter_next(&i)) {
        icalproperty *id = icalcomponent_get_first_property(e, ICAL_RECURRENCEID_PROPERTY);
        if (id != NULL && strcmp(icalcomponent_get_uid(e), icalcomponent_get_uid(master)) == 0 &&
            icaltime_compare(utc(icalproperty_get_datetime_with_component(id, e)), start) == 0) {
            return true;
        }
    }
    return false;
}

static void session(icalcomponent *master, struct icaltime_span *span, void *data)
{
    (void)data;
    icaltimetype start = icaltime_from_timet_with_zone(span->start, 0, icaltimezone_get_utc_timezone());
    icaltimetype end = icaltime_from_timet_with_zone(span->end, 0, icaltimezone_get_utc_timezone());
    if (!is_cancelled(master) && !has_override(master, start)) {
        print(start, end);
    }
}

static void expand(void)
{
    icalcompiter i = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *e; (e = icalcompiter_deref(&i)) != NULL; icalcompiter_next(&i)) {
        if (!is_override(e)) {
            icalcomponent_foreach_recurrence(e, icaltime_from_string("20000101T000000Z"),
                                             icaltime_from_string("20370101T000000Z"), session, NULL);
        } else if (!is_cancelled(e)) {
            print(utc(icalcomponent_get_dtstart(e)), utc(icalcomponent_get_dtend(e)));
        }
    }
}

static char *read_line(char *s, size_t size, void *f)
{
    return fgets(s, (int)size, f);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        path = argv[i];
        FILE *f = fopen(path, "r");
        icalparser *parser = icalparser_new();
        if (f == NULL) {
            perror(path);
            return 1;
        }
        icalparser_set_gen_data(parser, f);
        calendar = icalparser_parse(parser, read_line);
        if (calendar == NULL || icalcomponent_count_errors(calendar) > 0) {
            fprintf(stderr, "%s: %s\n", path, calendar == NULL ? "not a calendar" : icalcomponent_as_ical_string(calendar));
            return 1;
        }
        expand();
        icalcomponent_free(calendar);
        icalparser_free(parser);
        fclose(f);
    }
    return 0;
}
