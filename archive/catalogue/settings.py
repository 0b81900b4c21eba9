"""Settings that live with the data: name to JSON value."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from .base import Repository
from .tables import setting

_VALUE = select(setting.c.value).where(setting.c.name == bindparam("that_name"))  # each page asks for some


class Settings(Repository):
    """Small values such as the demo's seed or the day's parameters."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default where nothing of that name is set."""
        row = self._asked(_VALUE, that_name=name)
        return default if row is None else row["value"]

    def put(self, name: str, value: Any) -> None:
        statement = self._upsert(setting).values(name=name, value=value)
        self._run(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def all(self) -> dict[str, Any]:
        return {row["name"]: row["value"] for row in self._all(select(setting))}
