"""Draws the questions: expressions, zones and instants, those around a change of
clocks first of all. The same seed draws the same, as long as the time zone
database says the same."""
import datetime
import random
import zoneinfo

UTC = datetime.timezone.utc
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)
FIRST = datetime.datetime(2010, 1, 1, tzinfo=UTC)
LAST = datetime.datetime(2025, 6, 1, tzinfo=UTC)
# Of each kind: half hours, a whole day, at midnight, for Ramadan, two hours, an
# offset of 45 minutes, once and never again.
ZONES = """
Europe/Berlin America/New_York Europe/London Australia/Sydney America/Los_Angeles
Australia/Lord_Howe America/St_Johns Pacific/Apia Africa/Cairo America/Sao_Paulo
Asia/Beirut America/Havana Asia/Tehran Asia/Amman America/Asuncion
Africa/Casablanca Antarctica/Troll Pacific/Chatham Asia/Pyongyang
America/Caracas Europe/Istanbul Europe/Moscow Asia/Magadan Pacific/Fakaofo
Pacific/Norfolk Antarctica/Casey Africa/Juba America/Bahia_Banderas
Asia/Gaza America/Santiago America/Nuuk""".split()
STEADY = ["UTC", "Asia/Kolkata", "Asia/Tokyo", "Asia/Kathmandu",
          "America/Phoenix", "Etc/GMT+12", "Pacific/Kiritimati"]
FORMS = ["{m} {h} * * *", "{m} {h} * * *", "*/10 {h} * * *", "{m} * * * *",
         "{m} */2 * * *", "{m} {h},{later} * * *", "*/20 {h}-{later} * * *",
         "@daily", "@hourly", "{m} 0-23 * * *", "{m} {h} * * {weekday}",
         "{m} {h} {day} * *", "*/15 * * * *", "{m} {later} {day} {month} *",
         "0 {later} * * *", "30 ?/3 * * ?", "{m} {h} {day} * {weekday}"]
# Of everybody's cron tables, and what is odd in a calendar; in UTC.
CALENDAR = """
0 0 29 2 *|0 0 31 * *|0 12 30 * ?|0 0 1 1 *|@yearly|@annually|@monthly|@weekly
@daily|@midnight|@hourly|59 23 31 12 *|0 0 */2 * *|0 0 */2 * 1|0 0 1-7 * mon
0 0 ? * fri|0 0 13 * 5|0 0 13,? * 5|0 0 */1 * 5|0 0 13 * */1|0 0 13 * */2
5,10,,15 * * * *|,5 * * * *|0 9-17 * * 1-5|0 9-17/4 * * MON-FRI|*/7 */5 */3 * *
0 0 * jan,Apr,JUL,oct *|0 0 * feb-apr/2 *|7/100 * * * *|3/20 * * * *
0 6/6 * * *|0 0 20/5 * *|0 0 * 5/3 *|0 0 * * 2/2|0 0 30 feb mon|0 0 31 apr,feb 3
007 08 09 1 *|0 0 28-31 * *|0 0 29 2 6|* * 31 12 *|0 0 1,15 * 3|1-59/58 22-23 * * 0
0-59 0-23 1-31 1-12 0-6|*,5 5 * * *|?/30 ? ? ? ?|  0   4  *  * *  |0 0 31 3,5 sun""" \
    .replace("\n", "|").strip("|").split("|")
EVERY = ["1h", "1h30m", "90m", "1.5h", "45s", "7h", "24h", "1000ms", "36h0m5s",
         "2.9s", "+5m", "0.5m", "100h", "1m1m", "168h"]
MISTAKES = """
|* * * *|* * * * * *|60 * * * *|* 24 * * *|* * 0 * *|* * 32 * *|* * * 0 *
* * * 13 *|* * * * 8|a * * * *|* b * * *|* * * foo *|* * * * bar|5-3 * * * *
1-2-3 * * * *|*/0 * * * *|1/2/3 * * * *|*/ * * * *|-1 * * * *|5- * * * *
*/-1 * * * *|** * * * *|0 0 L * *|0 0 15W * *|0 0 * * 5#3|0 0 * * fri-sun
0 0 * * 5-0|@dayly|@Daily|@reboot|@every|@every 5|@every 1d|@every 1h 30m|@|@every x
TZ=Mars/Olympus 0 0 * * *|TZ=UTC|CRON_TZ=UTC|TZ=UTC * * * *|TZ= UTC 0 0 * * *
1.5 * * * *|0x5 * * * *|* * * * sunday|@every 9999999h|99999999999999999999 * * * *"""
# What only one of the two takes: (rule, expression).
STRICTER = [("mistake", e) for e in [
    "+5 * * * *", "*-5 * * * *", "0 ?-3/2 * * *", ", * * * *", "0 0 ,, * *",
    "*/+5 * * * *", "@every 0s", "@every -1h", "TZ= 0 0 * * *"]] + [
    ("never", e) for e in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31 feb ?",
                           "TZ=Asia/Tokyo 0 0 30-31 2 */1"]]
LOOSER = [("sunday", e) for e in [
    "0 0 * * 7", "30 12 * * 5-7", "0 0 1 * 7", "0 0 * * 7,3", "0 0 * * 7/3",
    "0 0 * * 0-7", "0 0 * * mon-7/2"]] + [
    ("blanks", e) for e in ["@every  1h", "@every   90m ",
                            " TZ=Asia/Tokyo 0 0 * * *", " CRON_TZ=UTC @daily"]]


def changes(zone):
    """(when, what is added to local time) between FIRST and LAST."""
    place = zoneinfo.ZoneInfo(zone)
    def offset(at): return at.astimezone(place).utcoffset()
    at, out = FIRST, []
    while at < LAST:
        if offset(at) != offset(at + 6 * HOUR):
            when = next(at + n * MINUTE for n in range(361)
                        if offset(at + n * MINUTE) != offset(at))
            out.append((when, offset(when) - offset(when - MINUTE)))
        at += 6 * HOUR
    return out


def around(dice, zone, change):
    """A question that a change of clocks has to do with, most of the time."""
    when, added = change
    local = (when - MINUTE).astimezone(zoneinfo.ZoneInfo(zone)).replace(
        tzinfo=None) + MINUTE  # what clocks would show without the change
    within = int(abs(added) / MINUTE)
    # Within the gap, or the hour that is repeated; or soon after.
    start = local if added > 0 * HOUR else local + added
    aim = start + dice.randrange(-30, min(within, 300) + 40) * MINUTE
    form = dice.choice(FORMS)
    expression = form.format(
        m=aim.minute, h=aim.hour, day=aim.day, month=aim.month,
        later=min(23, aim.hour + dice.randrange(3)),
        weekday=dice.choice([aim.isoweekday() % 7, aim.strftime("%a").lower()]))
    return expression, zone, when - dice.randrange(1, 30 * 60) * MINUTE


def drawn_field(dice, least, most):
    low = dice.randint(least, most)
    return dice.choice([
        "*", "*", "?", str(low), str(low), f"{low}-{dice.randint(low, most)}",
        f"{low},{dice.randint(least, most)},{dice.randint(least, most)}",
        f"*/{dice.randint(1, most)}", f"{low}/{dice.randint(1, most)}",
        f"{low}-{most}/{dice.randint(1, 5)}"])


def anything(dice):
    expression = " ".join(drawn_field(dice, *limits) for limits in (
        (0, 59), (0, 23), (1, 28), (1, 12), (0, 6)))
    return expression, dice.choice(ZONES + STEADY * 3), instant(dice)


def instant(dice):
    minutes = int((LAST - FIRST) / MINUTE)
    return FIRST + dice.randrange(minutes) * MINUTE


def draw(seed, anchor):
    """(rule or "", expression, zone, after); a rule where it is known before
    anything is asked."""
    dice = random.Random(seed)
    rows = []
    for zone in ZONES:
        seen = changes(zone)
        dice.shuffle(seen)
        # The odd ones first; they are stable in their places.
        seen.sort(key=lambda c: abs(c[1]) == HOUR)
        for change in (seen * 12)[:12]:
            rows.append(("",) + around(dice, zone, change))
    rows += [("",) + anything(dice) for _ in range(220)]
    for expression in CALENDAR:
        rows.append(("", expression, "UTC", instant(dice)))
        rows.append(("", expression, dice.choice(STEADY), instant(dice)))
    for text in EVERY:
        rows.append(("", "@every " + text, "UTC", anchor))
        rows.append(("", "@every " + text, dice.choice(ZONES), instant(dice)))
    rows += [("", "TZ=Asia/Tokyo 0 0 * * *", "UTC", instant(dice)),
             ("", "CRON_TZ=Europe/Berlin 0 0 * * *", "UTC", instant(dice)),
             ("", "TZ=UTC @daily", "Europe/Berlin", instant(dice))]
    rows += [("", e, "Asia/Tokyo", instant(dice)) for e in (
        "@daily ", " @hourly", "TZ=Europe/Paris   @daily ")]
    rows += [("", e, "UTC", FIRST)
             for e in MISTAKES.strip("\n").replace("\n", "|").split("|")]
    rows += [("", "0 0 * * *", zone, FIRST) for zone in (
        "Mars/Olympus", "europe/berlin", "UTC ", "Europe")]
    rows += [(rule, e, "UTC", FIRST) for rule, e in STRICTER]
    rows += [(rule, e, "Europe/Berlin", instant(dice)) for rule, e in LOOSER]
    return list(dict.fromkeys(rows))
