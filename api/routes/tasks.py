"""Tasks: claim under a lease, the snippet, complete, unreadable, hand back."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from api.auth import Signed
from api.context import ArchiveDep
from processing import keying

from .shapes import Shape, TaskOut

router = APIRouter(prefix="/tasks", tags=["tasks"])


class ClaimIn(Shape):
    kinds: list[str] | None = None
    count: int = Field(default=1, ge=1, le=10)


class CompleteIn(Shape):
    token: int
    value: str


class UnreadableIn(Shape):
    token: int
    why: str


class TokenIn(Shape):
    token: int


class TaskList(Shape):
    tasks: list[TaskOut]


class Completed(Shape):
    """What a keyer learns of a completed task: that it stands. Blind means blind."""

    task: int
    done: bool = True


@router.post("/claim")
def claim(archive: ArchiveDep, person: Signed, body: ClaimIn | None = None) -> TaskList:
    """Leases up to `count` tasks to the asker for five minutes; an empty list when none waits."""
    asked = body or ClaimIn()
    kinds = tuple(asked.kinds) if asked.kinds else None
    found = keying.claim(archive, person, count=asked.count, kinds=kinds)
    return TaskList(tasks=[TaskOut.of(task) for task in found])


@router.get("/{task_id}/snippet", response_class=Response)
def snippet(task_id: int, archive: ArchiveDep, person: Signed) -> Response:
    """The field's region as PNG, for the holder of the task only."""
    return Response(
        keying.snippet(archive, task_id, person), media_type="image/png", headers={"Cache-Control": "no-store"}
    )


@router.post("/{task_id}/complete")
def complete(task_id: int, body: CompleteIn, archive: ArchiveDep, person: Signed) -> Completed:
    """The keyed value becomes the field's; an empty one says that the paper has none."""
    keying.complete(archive, task_id, body.token, body.value, person)
    return Completed(task=task_id)


@router.post("/{task_id}/unreadable")
def unreadable(task_id: int, body: UnreadableIn, archive: ArchiveDep, person: Signed) -> Completed:
    """Passes a task that cannot be read to somebody who sees the page."""
    keying.unreadable(archive, task_id, body.token, body.why, person)
    return Completed(task=task_id, done=False)


@router.post("/{task_id}/hand_back")
def hand_back(task_id: int, body: TokenIn, archive: ArchiveDep, person: Signed) -> Completed:
    """Gives a task back to the queue."""
    keying.hand_back(archive, task_id, body.token, person)
    return Completed(task=task_id, done=False)
