"""The state of the system for programs: what the system page shows, also while parts are away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from fastapi import APIRouter, Request

from api.auth import Watching
from api.i18n import Words, words
from api.part_words import action_of, title_of
from api.watch import monitor_of
from archive.errors import Refused
from archive.model import Role
from processing.standing import Standing

from .shapes import Shape

router = APIRouter(tags=["system"])
MAY = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.PARAMETER_ADMINISTRATOR})


class PartOut(Shape):
    """One part: `level` is works, warns or fails, `since` when; `oldest` since when the oldest thing waits."""

    name: str
    kind: str
    title: str
    level: str
    works: bool
    since: datetime | None
    fault: str
    action: str
    backlog: int | None
    oldest: datetime | None
    host: str
    detail: dict[str, Any]

    @classmethod
    def of(cls, one: Standing, say: Words) -> Self:
        return cls(
            name=one.name,
            kind=one.kind.value,
            title=title_of(say, one),
            level=one.level.value,
            works=one.works,
            since=one.since,
            fault=one.fault,
            action=action_of(say, one),
            backlog=one.backlog,
            oldest=one.oldest,
            host=one.host,
            detail=dict(one.detail),
        )


class SystemOut(Shape):
    """`ok`: every part works. `figures_at`: the moment of the backlogs, older while the catalogue is away."""

    ok: bool
    at: datetime
    figures_at: datetime
    pages: dict[str, int]
    parts: list[PartOut]


@router.get("/system")
async def system(request: Request, person: Watching) -> SystemOut:
    """Every part, whether it works, since when, what waits there and what to do."""
    if person.role not in MAY:
        raise Refused(f"the role {person.role} may not see the state of the system")
    monitor, say = monitor_of(request), words(person.language)
    standings = monitor.standings()
    return SystemOut(
        ok=all(one.works for one in standings),
        at=datetime.now(UTC),
        figures_at=monitor.figures.at,
        pages={state.value: count for state, count in monitor.states.items()},
        parts=[PartOut.of(one, say) for one in standings],
    )
