"""Saved searches: each person's own, by name."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, RowMapping, delete, select, update

from ..errors import Conflict, NotFound
from ..service import SavedSearch
from .base import Repository
from .service_tables import saved_search
from .types import now

SearchList = list[SavedSearch]


def _search(row: RowMapping) -> SavedSearch:
    return SavedSearch(row["id"], row["person_id"], row["name"], row["text"], row["filters"], row["at"])


def _taken(name: str) -> Conflict:
    return Conflict(f"there is a saved search named {name} already; choose another name")


class SavedSearches(Repository):
    """A person sees and changes only their own."""

    def add(self, person_id: int, name: str, text: str, filters: Mapping[str, object]) -> SavedSearch:
        """The new search. Conflict where the person has one of that name."""
        values = {"person_id": person_id, "name": name, "text": text, "filters": dict(filters), "at": now()}
        put = self._upsert(saved_search).values(values).on_conflict_do_nothing(index_elements=["person_id", "name"])
        found = self._scalar(put.returning(saved_search.c.id))
        if found is None:
            raise _taken(name)
        return self.get(found, person_id)

    def _mine(self, id: int, person_id: int) -> ColumnElement[bool]:
        return (saved_search.c.id == id) & (saved_search.c.person_id == person_id)

    def get(self, id: int, person_id: int) -> SavedSearch:
        """NotFound where the person has none of that id."""
        row = self._first(select(saved_search).where(self._mine(id, person_id)))
        if row is None:
            raise NotFound(f"no saved search {id}")
        return _search(row)

    def list(self, person_id: int) -> SearchList:
        """The person's searches by name."""
        mine = select(saved_search).where(saved_search.c.person_id == person_id)
        return [_search(row) for row in self._all(mine.order_by(saved_search.c.name))]

    def rename(self, id: int, person_id: int, name: str) -> SavedSearch:
        """The search under its new name. Conflict where another has it; NotFound."""
        same = (saved_search.c.person_id == person_id) & (saved_search.c.name == name) & (saved_search.c.id != id)
        self.get(id, person_id)
        if self._first(select(saved_search.c.id).where(same)):
            raise _taken(name)
        self._run(update(saved_search).where(self._mine(id, person_id)).values(name=name))
        return self.get(id, person_id)

    def delete(self, id: int, person_id: int) -> None:
        """NotFound where the person has none of that id."""
        if not self._run(delete(saved_search).where(self._mine(id, person_id))):
            raise NotFound(f"no saved search {id}")
