"""The ticks of a schedule by brute force: look at every minute, and ask Python's
zoneinfo what clocks show. Nothing of it is shared with crds/schedule, whose
header has the rules."""
import datetime
import functools
import re
import zoneinfo

UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
DESCRIPTORS = {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
               "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
               "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
               "@hourly": "0 * * * *"}
UNITS = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}


def number(text, names, least):
    text = text.lower()
    return names.index(text) + least if text in names else int(text)


def values(field, least, most, names=()):
    out = set()
    for item in filter(None, field.split(",")):
        limits, _, step = item.partition("/")
        low, _, high = limits.partition("-")
        if low in "*?":
            low, high = least, most
        else:
            low = number(low, names, least)
            if not high and low > most:  # 7 alone is Sunday, and so is 7/2
                low = least
            high = number(high, names, least) if high else \
                most if step else low
        out.update(range(low, high + 1, int(step or 1)))
    return out


def has_star(field):
    return any(item in ("*", "?", "*/1", "?/1") for item in field.split(","))


class Calendar:
    """Which local times five fields mean."""

    def __init__(self, text):
        minute, hour, day, month, weekday = DESCRIPTORS.get(text, text).split()
        self.minutes = values(minute, 0, 59)
        self.hours = values(hour, 0, 23)
        self.days = values(day, 1, 31)
        self.months = values(month, 1, 12, MONTHS)
        self.weekdays = {n % 7 for n in values(weekday, 0, 6, WEEKDAYS)}
        self.both = has_star(day) or has_star(weekday)
        self.follows_clock = hour[0] in "*?"

    @functools.lru_cache(maxsize=None)
    def has_day(self, date):
        day = date.day in self.days
        weekday = date.isoweekday() % 7 in self.weekdays
        return date.month in self.months and (
            day and weekday if self.both else day or weekday)

    def has(self, local):
        return (local.minute in self.minutes and local.hour in self.hours
                and self.has_day(local.date()))


def of_day(calendar, zone, day):
    """The ticks of one day of UTC."""
    dates = [(day + n * DAY).date() for n in (-2, -1, 0, 1, 2)]
    if not any(map(calendar.has_day, dates)):
        return
    at, shown = day - DAY, None
    while at < day + DAY:
        local = at.astimezone(zone).replace(tzinfo=None)
        if calendar.follows_clock:
            come = calendar.has(local)
        else:
            # All that clocks show for the first time now, or have skipped.
            come = False
            earlier = shown or local - MINUTE
            shown = max(earlier, local)
            while earlier < local:
                earlier += MINUTE
                come = come or calendar.has(earlier)
        if come and at >= day:
            yield at
        at += MINUTE


def of_calendar(expression, zone, after, end):
    calendar = Calendar(expression)
    day = after.replace(hour=0, minute=0)
    while day <= end:
        for at in of_day(calendar, zoneinfo.ZoneInfo(zone), day):
            if after < at <= end:
                yield at
        day += DAY


def of_interval(text, anchor, after, end):
    seconds = sum(float(n) * UNITS[unit]
                  for n, unit in re.findall(r"([\d.]+)(ms|[hms])", text))
    length = datetime.timedelta(seconds=max(1, int(seconds)))
    at = anchor + length * max(1, (after - anchor) // length)
    while at <= end:
        if at > after:
            yield at
        at += length


def ticks(expression, zone, anchor, after, end):
    """In order; all of them UTC, later than `after`, not later than `end`."""
    expression = expression.strip()
    if expression.startswith(("TZ=", "CRON_TZ=")):
        prefix, expression = expression.split(" ", 1)
        zone = prefix.partition("=")[2]
    expression = " ".join(expression.split())
    if expression.startswith("@every "):
        return of_interval(expression[len("@every "):], anchor, after, end)
    return of_calendar(expression, zone, after, end)
