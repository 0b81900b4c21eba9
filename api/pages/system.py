"""The system page: each part works or not, since when, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Response

from api.pages.shell import RAIL, Desk, DeskDep
from archive.errors import Refused
from processing.owner import Owner

router = APIRouter()
BEHIND = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its word, whether it works, a figure, since when, and what to do where it does not."""

    word: str
    works: bool
    figure: str
    since: datetime | None = None
    action: str = ""


@router.get("/system")
def system(desk: DeskDep) -> Response:
    """Workers, backlog, indexer, store: the truth of this moment."""
    if not any(name == "system" and desk.person.role in roles for name, _, _, roles in RAIL):
        raise Refused(f"the role {desk.person.role} may not open the system page")
    found = parts(desk, datetime.now(UTC))
    return desk.page("system.html", title=desk.say("page.system"), here="system", parts=found)


def parts(desk: Desk, at: datetime) -> list[Part]:
    """The parts in the order that work flows through them."""
    with desk.archive.catalogue.read() as tx:
        waiting = tx.pages.waiting()
        behind, oldest = tx.outbox.backlog("index")
        tasks = tx.tasks.counts(desk.person.scope)
    owner: Owner | None = getattr(desk.request.app.state, "owner", None)
    late = oldest is not None and at - oldest > BEHIND
    return [
        _workers(desk, owner),
        Part("part.pages", owner is not None or not waiting, desk.say("{n} pages wait", n=waiting)),
        Part(
            "part.index", not late, desk.say("{n} records to index", n=behind), oldest, "part.index.do" if late else ""
        ),
        Part("part.tasks", True, desk.say("{n} fields to key", n=tasks)),
        *([_chore(desk, chore) for chore in owner.chores] if owner else []),
    ]


def _workers(desk: Desk, owner: Owner | None) -> Part:
    if owner is None:
        return Part("part.workers", False, desk.say("none in this process"), None, "part.workers.do")
    alive = sum(1 for seat in owner.supervisor.seats if seat.process is not None and seat.process.is_alive())
    wanted = len(owner.supervisor.seats)
    return Part(
        "part.workers", alive == wanted, f"{alive} / {wanted}", None, "" if alive == wanted else "part.workers.dead"
    )


def _chore(desk: Desk, chore: object) -> Part:
    fault = str(getattr(chore, "fault", ""))
    since = getattr(chore, "since", None)
    word = f"part.chore.{getattr(chore, 'name', '')}"
    return Part(word, not fault, fault or desk.say("works"), since, "part.chore.do" if fault else "")
