"""Chores: work that one process of all does at a time, held under a lease with a fencing token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from ..errors import LeaseLost
from .base import Repository
from .service_tables import chore_lease
from .types import now


class Chores(Repository):
    """One row a chore."""

    def take(self, name: str, holder: str, until: datetime, *, at: datetime | None = None) -> int | None:
        """The token under which the holder has the chore until then; None where another has it and its lease has not
        run out. Who has it already keeps its token."""
        start = at or now()
        put = self._upsert(chore_lease).values(name=name, holder=holder, token=1, until=until)
        columns = chore_lease.c
        put = put.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until, "token": columns.token + 1},
            where=(columns.until < start) | (columns.holder == ""),
        )
        kept = (columns.name == name) & (columns.holder == holder) & (columns.until >= start)
        mine = update(chore_lease).where(kept).values(until=until).returning(columns.token)
        found = self._scalar(mine)
        if found is None:
            found = self._scalar(put.returning(columns.token))
        return None if found is None else int(found)

    def _mine(self, name: str, token: int) -> ColumnElement[bool]:
        return (chore_lease.c.name == name) & (chore_lease.c.token == token) & (chore_lease.c.holder != "")

    def renew(self, name: str, token: int, until: datetime) -> bool:
        """Whether nobody else took the chore meanwhile; it is then held until that time."""
        return bool(self._run(update(chore_lease).where(self._mine(name, token)).values(until=until)))

    def require(self, name: str, token: int) -> None:
        """LeaseLost unless the chore is held under this token. Locks the row, so that nobody takes the chore before
        this transaction ends."""
        mine = select(chore_lease.c.token).where(self._mine(name, token))
        if self._first(self._locking(mine)) is None:
            raise LeaseLost(f"the chore {name} was taken over by another process; nothing of this round was kept")

    def give_up(self, name: str, token: int) -> None:
        """Lets another process take the chore at once. Does nothing where it was taken over."""
        self._run(update(chore_lease).where(self._mine(name, token)).values(holder=""))

    def holders(self, *, at: datetime | None = None) -> dict[str, str]:
        """Who holds which chore now."""
        held = (chore_lease.c.holder != "") & (chore_lease.c.until >= (at or now()))
        return {row["name"]: row["holder"] for row in self._all(select(chore_lease).where(held))}
