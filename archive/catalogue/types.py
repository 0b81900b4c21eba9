"""Column types: times as aware UTC that lie in the database without a zone, and text that every database keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from ..errors import Invalid

_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_LONGEST = 2_400


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in Python, naive UTC in the database. A naive time is refused: nobody knows its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give times as UTC")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


def plain(value: str) -> str:
    """The text as every database keeps it: what is no character (NUL, half a surrogate pair) becomes U+FFFD."""
    if value.isascii() and "\x00" not in value:
        return value
    return _NO_CHARACTER.sub("\ufffd", value)


class Words(TypeDecorator[str]):
    """Text that every database keeps and finds again alike, whatever the names of files and damaged files hold: it is
    made plain when it is written and when it is looked for."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return (
            value if value is None or (value.isascii() and "\x00" not in value) else _NO_CHARACTER.sub("\ufffd", value)
        )


class LongWords(Words):
    """Words of any length, such as a page's."""

    impl = Text
    cache_ok = True


class Name(Words):
    """Words that rows are found by. PostgreSQL's indexes take no more than about 2,700 bytes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        found = super().process_bind_param(value, dialect)
        if found is not None and len(found) > _LONGEST // 4 and len(found.encode()) > _LONGEST:
            said = f"{found[:40]}… has {len(found.encode())} bytes; at most {_LONGEST} can be found again: shorten it"
            raise Invalid("text", said)
        return found


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
