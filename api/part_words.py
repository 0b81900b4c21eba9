"""Parts in words: what a part is called, what is wrong with it, what to do, and what everybody is told of an outage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api import format
from api.i18n import Words
from processing.standing import Kind, Level, Standing

# What may be told of an outage on every page, most telling first.
OUTAGES = ("catalogue", "objects", "broker", "index", "disk", "schedulers", "pages")
STATES = {Level.WORKS: "done", Level.WARNS: "doubtful", Level.FAILS: "quarantined"}


@dataclass(frozen=True, slots=True)
class Row:
    """One part as a screen shows it; `state` names the icon and colour, `fault` is the error in its own words."""

    name: str
    kind: str
    title: str
    state: str
    word: str
    fault: str
    figure: str
    oldest: str
    since: datetime | None
    action: str


def key_of(standing: Standing) -> str:
    """The word of the messages about a part."""
    if standing.kind is Kind.PROCESS:
        return str(standing.detail.get("kind", "process"))
    if standing.kind is Kind.CHORE:
        return "chore"
    return "disk" if standing.kind is Kind.DISK else standing.name.replace(".", "_")


def title_of(say: Words, standing: Standing) -> str:
    """What the part is called."""
    if standing.kind is Kind.CHORE:
        return say.first((f"part.chore.{standing.name.removeprefix('chore:')}",), standing.name)
    return say.first((f"part.{key_of(standing)}",), standing.name)


def action_of(say: Words, standing: Standing) -> str:
    """What to do; empty where the part works."""
    if standing.level is Level.WORKS:
        return ""
    return say("part.gone.do") if standing.detail.get("gone") else say.first((f"part.{key_of(standing)}.do",))


def row(say: Words, standing: Standing, at: datetime) -> Row:
    """A part as a line of the system page."""
    gone = bool(standing.detail.get("gone"))
    word = say("gone") if gone else say(f"level.{standing.level.value}")
    return Row(
        name=standing.name,
        kind=standing.kind.value,
        title=title_of(say, standing),
        state=STATES[standing.level],
        word=word,
        fault="" if gone else say.told(standing.fault),
        figure=_figure(say, standing),
        oldest=age(say, at - standing.oldest) if standing.oldest else "",
        since=standing.since,
        action=action_of(say, standing),
    )


def _figure(say: Words, standing: Standing) -> str:
    detail = standing.detail
    if standing.kind is Kind.DISK and "free" not in detail:
        return ""  # a server's disk refused a write, and does not tell how much is left of it
    if standing.kind is Kind.DISK:
        return say("{free} of {total} free", free=size(detail["free"]), total=size(detail["total"]))
    pages, seconds = detail.get("pages"), detail.get("page_seconds")
    if isinstance(pages, int) and isinstance(seconds, int | float) and pages:
        return say("{n} pages, {seconds} s each", n=f"{pages:,}", seconds=f"{seconds / pages:.2f}")
    return "" if standing.backlog is None else f"{standing.backlog:,}"


def size(count: object) -> str:
    """Bytes as GB."""
    return f"{int(str(count)) / (1 << 30):,.1f} GB"


def age(say: Words, passed: timedelta) -> str:
    """A length of time in its largest unit."""
    seconds = max(0, int(passed.total_seconds()))
    for unit, length in (("{n} d", 86_400), ("{n} h", 3600), ("{n} min", 60)):
        if seconds >= 2 * length:
            return say(unit, n=seconds // length)
    return say("{n} s", n=seconds)


def told(say: Words, outages: Iterable[Standing], zone: ZoneInfo) -> list[str]:
    """What everybody is told: what does not go on, since when, and what is safe."""
    found = {key_of(one): one for one in outages}
    return [say(f"outage.{key}", since=_since(found[key], zone)) for key in OUTAGES if key in found]


def _since(standing: Standing, zone: ZoneInfo) -> str:
    return format.clock(standing.since or datetime.now(UTC), zone)[:5]
