"""Parts of the running system: processes, servers and chores, each as it noted itself last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, delete, select

from ..service import Part
from .base import Repository
from .service_tables import part
from .types import now

PartList = list[Part]
_PLAIN = ("id", "name", "kind", "host", "pid", "since", "seen_at", "works", "fault", "detail", "expires_at")


def _part(row: RowMapping) -> Part:
    return Part(*(row[name] for name in _PLAIN))


class Parts(Repository):
    """One row a name."""

    def note(
        self,
        name: str,
        kind: str,
        *,
        host: str,
        pid: int,
        since: datetime,
        works: bool = True,
        fault: str = "",
        detail: Mapping[str, object] | None = None,
        ttl_seconds: float = 60,
    ) -> None:
        """Says that a part was seen now, how it is and since when; nothing is known of it after `ttl_seconds`."""
        at = now()
        values = {
            "name": name,
            "kind": kind,
            "host": host,
            "pid": pid,
            "since": since,
            "seen_at": at,
            "works": works,
            "fault": fault,
            "detail": dict(detail or {}),
            "expires_at": at + timedelta(seconds=ttl_seconds),
        }
        put = self._upsert(part).values(values)
        self._run(put.on_conflict_do_update(index_elements=["name"], set_=values))

    def list(self) -> PartList:
        """Every part by name, also those of which nothing is known any more."""
        return [_part(row) for row in self._all(select(part).order_by(part.c.name))]

    def forget(self, name: str, host: str, pid: int) -> bool:
        """Removes a part that ends in good order, where the row is still that process's; whether it was."""
        mine = (part.c.name == name) & (part.c.host == host) & (part.c.pid == pid)
        return bool(self._run(delete(part).where(mine)))

    def prune(self, before: datetime) -> int:
        """How many parts were removed of which nothing is known since before that time."""
        return self._run(delete(part).where(part.c.expires_at < before))
