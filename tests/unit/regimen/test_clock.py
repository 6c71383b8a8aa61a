"""Wall-clock times; Berlin goes from 02:00 to 03:00 on 29 March 2026, back on 25 October at 03:00."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from reprieve.errors import MissingDatum, RegimenError
from reprieve.regimen import Regimen

FOUR_DAYS = Regimen.parse("esketamine iv 15 mg/h for 96 h")
DAILY = Regimen.parse("racemic iv 50 mg over 60 min every 24 h x 3")


@pytest.fixture
def berlin():
    try:
        return ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        pytest.skip("this machine has no time zone database, and the package brings none")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        # 08:00 +02:00 is 06:00 UTC; four days later 06:00 UTC is 07:00 +01:00
        ("2026-10-23T08:00", "2026-10-27T07:00:00+01:00"),
        # 08:00 +01:00 is 07:00 UTC; four days later 07:00 UTC is 09:00 +02:00
        ("2026-03-27T08:00", "2026-03-31T09:00:00+02:00"),
        # no change in between
        ("2026-06-01T08:00", "2026-06-05T08:00:00+02:00"),
    ],
)
def test_four_days_last_96_hours_when_the_clocks_change(berlin, start, end):
    (dose,) = FOUR_DAYS.clock(datetime.fromisoformat(start).replace(tzinfo=berlin))
    assert dose.begins.isoformat()[:16] == start
    assert dose.ends.isoformat() == end
    assert dose.ends.astimezone(UTC) - dose.begins.astimezone(UTC) == timedelta(hours=96)
    assert dose.dose == FOUR_DAYS.events()[0]


def test_daily_sessions_stay_24_hours_apart_in_autumn(berlin):
    doses = DAILY.clock(datetime(2026, 10, 24, 8, tzinfo=berlin))
    assert [dose.begins.isoformat() for dose in doses] == [
        "2026-10-24T08:00:00+02:00",
        "2026-10-25T07:00:00+01:00",
        "2026-10-26T07:00:00+01:00",
    ]


def test_daily_sessions_stay_24_hours_apart_in_spring(berlin):
    doses = DAILY.clock(datetime(2026, 3, 28, 8, tzinfo=berlin))
    assert [dose.begins.isoformat() for dose in doses] == [
        "2026-03-28T08:00:00+01:00",
        "2026-03-29T09:00:00+02:00",
        "2026-03-30T09:00:00+02:00",
    ]


def test_the_hour_that_comes_twice_is_told_apart(berlin):
    # 02:30 +02:00 on 25 October, and an hour later 02:30 +01:00
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    (dose,) = Regimen.parse("racemic iv 50 mg over 60 min").clock(first)
    assert dose.begins.isoformat() == "2026-10-25T02:30:00+02:00"
    assert dose.ends.isoformat() == "2026-10-25T02:30:00+01:00"
    (later,) = Regimen.parse("racemic iv 50 mg over 60 min").clock(first.replace(fold=1))
    assert later.begins.isoformat() == "2026-10-25T02:30:00+01:00"


def test_the_hour_that_is_skipped_is_refused(berlin):
    with pytest.raises(RegimenError, match="2026-03-29 02:30:00 does not exist in Europe/Berlin"):
        FOUR_DAYS.clock(datetime(2026, 3, 29, 2, 30, tzinfo=berlin))


def test_a_fixed_offset_needs_no_database():
    india = timezone(timedelta(hours=5, minutes=30))
    doses = Regimen.parse("racemic intranasal 15 mg every 6 min x 3").clock(datetime(2026, 1, 1, 9, tzinfo=india))
    assert [dose.begins.isoformat() for dose in doses] == [
        "2026-01-01T09:00:00+05:30",
        "2026-01-01T09:06:00+05:30",
        "2026-01-01T09:12:00+05:30",
    ]
    assert all(dose.ends == dose.begins for dose in doses)


def test_doses_per_kg_take_the_weight():
    (dose,) = Regimen.parse("racemic im 0.4 mg/kg").clock(datetime(2026, 1, 1, tzinfo=UTC), 70)
    assert dose.dose.amount_mg == pytest.approx(28)
    with pytest.raises(MissingDatum, match="no weight was given"):
        Regimen.parse("racemic im 0.4 mg/kg").clock(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_start_without_a_time_zone_is_refused():
    with pytest.raises(MissingDatum, match="The start 2026-10-25 08:00:00 has no time zone"):
        FOUR_DAYS.clock(datetime(2026, 10, 25, 8))


def test_a_course_beyond_the_calendar_is_refused():
    with pytest.raises(RegimenError, match="leaves the calendar; check the year"):
        FOUR_DAYS.clock(datetime(9999, 12, 30, tzinfo=UTC))
