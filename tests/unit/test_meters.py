"""What the metrics say of a part, and what they leave unsaid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.meters import parts_of
from processing.standing import Kind, Level, Standing

HOUR = timedelta(hours=1)


def test_where_the_age_of_what_waits_is_unknown_there_is_no_sample() -> None:
    parts = [
        Standing("idle", Kind.STORE, Level.WORKS, backlog=0),
        Standing("late", Kind.STORE, Level.WORKS, backlog=3, oldest=datetime.now(UTC) - HOUR),
        Standing("broker", Kind.STORE, Level.WORKS, backlog=3),
    ]
    samples = [s for metric in parts_of(parts) for s in metric.samples if s.name == "vouch_part_oldest_seconds"]
    ages = {s.labels["part"]: s.value for s in samples}
    assert (set(ages), ages["idle"], ages["late"] >= HOUR.total_seconds()) == ({"idle", "late"}, 0.0, True)
