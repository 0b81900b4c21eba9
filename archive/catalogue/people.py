"""People: local accounts, their keys, sessions, preferences and saved queries, and the branches they work in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, RowMapping, bindparam, delete, insert, select, update

from ..errors import Conflict, NotFound
from ..model import Person, Role
from .base import Repository
from .tables import branch, person, saved_query, session
from .types import now

Branches = list[tuple[str, str]]
Texts = list[str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs: the person, the password's hash, failures since the last success, and a lock's end."""

    person: Person
    password_hash: str
    failures: int
    locked_until: datetime | None


def _person(row: RowMapping) -> Person:
    return Person(
        row["id"],
        row["name"],
        row["display_name"],
        Role(row["role"]),
        row["branch_no"],
        frozenset(row["branches"]),
        row["language"],
        row["theme"],
        row["active"],
    )


# Asked by every request, so built once.
_SHOWN: BindParameter[str] = bindparam("shown")
_BY_KEY = select(person).where(person.c.key_hash == _SHOWN, person.c.active)
_BY_SESSION = (
    select(person)
    .join(session, session.c.person_id == person.c.id)
    .where(session.c.token_hash == _SHOWN, session.c.expires_at > bindparam("at"), person.c.active)
)


class People(Repository):
    """Accounts by id, name, API key or session."""

    def add(
        self,
        name: str,
        display_name: str,
        role: Role,
        *,
        branch_no: str = "",
        branches: Iterable[str] = (),
        password_hash: str = "",
    ) -> Person:
        """The new person. Conflict where the name is taken."""
        put = self._upsert(person).values(
            name=name,
            display_name=display_name,
            role=Role(role).value,
            branch_no=branch_no,
            branches=sorted(branches),
            password_hash=password_hash,
        )
        found = self._scalar(put.on_conflict_do_nothing(index_elements=["name"]).returning(person.c.id))
        if found is None:
            raise Conflict(f"there is a person named {name} already; choose another name")
        return self.get(found)

    def get(self, id: int) -> Person:
        """NotFound where there is none."""
        row = self._first(select(person).where(person.c.id == id))
        if row is None:
            raise NotFound(f"no person {id}")
        return _person(row)

    def by_name(self, name: str) -> Credentials | None:
        """The account of that name with what signing in needs."""
        row = self._first(select(person).where(person.c.name == name))
        return (
            None
            if row is None
            else Credentials(_person(row), row["password_hash"], row["failures"], row["locked_until"])
        )

    def list(self) -> list[Person]:
        """Everyone, by name."""
        return [_person(row) for row in self._all(select(person).order_by(person.c.name))]

    def by_key(self, key_hash: str) -> Person | None:
        """The active person whose API key has that hash."""
        row = self._asked(_BY_KEY, shown=key_hash) if key_hash else None
        return None if row is None else _person(row)

    def _set(self, id: int, **values: object) -> None:
        if not self._run(update(person).where(person.c.id == id).values(values)):
            raise NotFound(f"no person {id}")

    def set_password(self, id: int, password_hash: str) -> None:
        self._set(id, password_hash=password_hash)

    def set_key(self, id: int, key_hash: str) -> None:
        self._set(id, key_hash=key_hash)

    def set_active(self, id: int, active: bool) -> None:
        """An inactive person neither signs in nor uses a key; what the person did stays."""
        self._set(id, active=active)

    def set_preferences(self, id: int, *, language: str | None = None, theme: str | None = None) -> None:
        given = {"language": language, "theme": theme}
        self._set(id, **{name: value for name, value in given.items() if value is not None})

    def failed(self, id: int, locked_until: datetime | None) -> None:
        """Counts a wrong password, and locks the account until then where a time is given."""
        self._set(id, failures=person.c.failures + 1, locked_until=locked_until)

    def signed_in(self, id: int) -> None:
        self._set(id, failures=0, locked_until=None)

    def open_session(self, person_id: int, token_hash: str, expires_at: datetime) -> None:
        self._run(delete(session).where(session.c.expires_at <= now()))
        values = {"token_hash": token_hash, "person_id": person_id, "created_at": now(), "expires_at": expires_at}
        self._run(insert(session).values(values))

    def by_session(self, token_hash: str, at: datetime) -> Person | None:
        """The active person whose session has that hash and has not expired at that time."""
        row = self._asked(_BY_SESSION, shown=token_hash, at=at)
        return None if row is None else _person(row)

    def end_session(self, token_hash: str) -> None:
        self._run(delete(session).where(session.c.token_hash == token_hash))

    def branches(self) -> Branches:
        """Number and name of each branch, by number."""
        return [(row["branch_no"], row["name"]) for row in self._all(select(branch).order_by(branch.c.branch_no))]

    def set_branch(self, branch_no: str, name: str) -> None:
        put = self._upsert(branch).values(branch_no=branch_no, name=name)
        self._run(put.on_conflict_do_update(index_elements=["branch_no"], set_={"name": name}))

    def save_query(self, person_id: int, text: str) -> int:
        """Its id, which an address can carry in place of the names and accounts that were typed."""
        put = self._upsert(saved_query).values(person_id=person_id, text=text, at=now())
        self._run(put.on_conflict_do_nothing(index_elements=["person_id", "text"]))
        mine = (saved_query.c.person_id == person_id) & (saved_query.c.text == text)
        return int(self._scalar(select(saved_query.c.id).where(mine)))

    def query(self, id: int, person_id: int) -> str:
        """The text that this person saved under an id. NotFound where there is none, or it is another's: it holds names
        and accounts."""
        mine = (saved_query.c.id == id) & (saved_query.c.person_id == person_id)
        row = self._first(select(saved_query.c.text).where(mine))
        if row is None:
            raise NotFound(f"no query {id}")
        return str(row["text"])

    def saved_queries(self, person_id: int) -> Texts:
        """The texts, oldest first."""
        found = select(saved_query.c.text).where(saved_query.c.person_id == person_id).order_by(saved_query.c.id)
        return [row["text"] for row in self._all(found)]

    def forget_query(self, person_id: int, text: str) -> None:
        mine = (saved_query.c.person_id == person_id) & (saved_query.c.text == text)
        self._run(delete(saved_query).where(mine))
