"""What the commands say: one JSON object on stdout, the rest on stderr, errors in one line with an exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from archive.errors import Conflict, IndexDamaged, Invalid, NotFound, ObjectDamaged, ObjectMissing, Refused

FAILED, USAGE, INTERRUPTED = 1, 2, 130
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
WORDS: tuple[tuple[type[Exception], str], ...] = (
    (Conflict, "conflict"),
    (Refused, "refused"),
    (Invalid, "invalid"),
    (NotFound, "not_found"),
    (IndexDamaged, "index_damaged"),
    (ObjectMissing, "object_missing"),
    (ObjectDamaged, "object_damaged"),
    (OSError, "storage"),
)


class Usage(ValueError):
    """The command was given something that it cannot work with; the message says what to give."""


def err() -> Console:
    """Standard error, for people."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def emit(value: Mapping[str, Any]) -> None:
    """Prints one JSON object, UTF-8 whatever the locale."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.flush()


def say(text: str) -> None:
    """A line for people on stderr."""
    err().print(text, markup=False)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


def bar() -> Progress:
    """A progress bar on stderr: done, total, time left; silent where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = err()
    return Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal)


def gap_of(gap: Any) -> dict[str, object]:
    """A gap of a day as plain JSON: only what it names."""
    names = ("kind", "detail", "journal_no", "field", "expected", "found")
    ids = {"voucher": gap.record_id, "page": gap.page_id, "sheet": gap.sheet_number, "case": gap.case_id}
    said = {name: getattr(gap, name) for name in names} | ids
    return {name: value for name, value in said.items() if value not in (None, "")} | {"closing": gap.closing}


def _word(error: Exception) -> str:
    """The stable word of an error that a person can do something about; empty for any other."""
    from ocr.engines import EngineError  # slow to import, and most commands read nothing

    reading = ((EngineError, "engine"), *((kind, word) for kind, word in _reading_errors()))
    return next((word for kind, word in (*WORDS, *reading) if isinstance(error, kind)), "")


def _reading_errors() -> list[tuple[type[Exception], str]]:
    """The errors of modules that only a few commands bring along, and their words."""
    known = (("ocr.evaluate", "TruthError", "truth"), ("ocr.known.model", "FormError", "form"))
    return [(getattr(sys.modules[module], name), word) for module, name, word in known if module in sys.modules]


def _told(error: Exception) -> dict[str, object]:
    found: dict[str, object] = {"error": _word(error), "detail": str(error)}
    gaps = getattr(error, "gaps", ())
    return {**found, "error": "unbalanced", "gaps": [gap_of(gap) for gap in gaps]} if gaps else found


@contextmanager
def told(as_json: bool) -> Iterator[None]:
    """Turns an error into one line on stderr (and an object on stdout where JSON is asked for) and an exit status: 1
    where the domain refuses, 2 where the command was given the wrong thing, 130 where it was interrupted."""
    try:
        yield
    except Usage as error:
        say(f"vouch: {error}")
        if as_json:
            emit({"error": "usage", "detail": str(error)})
        raise typer.Exit(USAGE) from error
    except KeyboardInterrupt:
        say("vouch: stopped; what was captured is safe, run the same command again to go on")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if not _word(error):
            raise
        say(f"vouch: {error}")
        if as_json:
            emit(_told(error))
        raise typer.Exit(FAILED) from error
