"""What every command opens first: the settings, the stores, the teller's day that it was told, and who acts."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from pydantic import ValidationError

from api.cli.console import Usage, say
from api.labels import batch_number
from api.settings import Settings
from api.wiring import build_archive
from archive.model import Person, Role, TellerDay
from archive.vault import Archive
from processing.dispatch import check_address
from processing.logs import configure
from processing.owner import OwnerLock

AGAIN = 3.0  # seconds between two tries to open the stores
Branch = Annotated[str, typer.Option("--branch", help="Branch number, such as 0102.")]
Teller = Annotated[str, typer.Option("--teller", help="Teller number, such as 0417.")]
Date = Annotated[str, typer.Option("--date", help="Business date, 2026-03-08.")]


def settings(said: Mapping[str, object] | None = None) -> Settings:
    """The settings of the environment, and instead of these what was `said`. Usage names the variable that is wrong."""
    try:
        found = Settings(**dict(said or {}))  # type: ignore[arg-type]
        check_address(found.broker)
        found.check()
        return found
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise Usage(f"VOUCH_{name}: {first['msg']}; correct the environment variable") from error
    except ValueError as error:
        raise Usage(str(error)) from error


@contextmanager
def opened(chosen: Settings | None = None, *, quiet: bool = True) -> Iterator[Archive]:
    """The stores of the settings, closed again at the end. Logs go to stderr, only errors where `quiet`."""
    configure(quiet=quiet)
    archive = build_archive(chosen or settings())
    try:
        yield archive
    finally:
        archive.close()


@contextmanager
def awaited(chosen: Settings, stopping: threading.Event | None = None) -> Iterator[Archive]:
    """The stores of the settings, for a process that runs for long: it waits for those that are away, and says so,
    until it is to stop (KeyboardInterrupt)."""
    configure()
    while True:
        try:
            archive = build_archive(chosen)
            break
        except OSError as error:
            say(f"vouch: {error}; waiting for it")
            if (stopping or threading.Event()).wait(AGAIN):
                raise KeyboardInterrupt from error
    try:
        yield archive
    finally:
        archive.close()


@contextmanager
def owned(chosen: Settings) -> Iterator[None]:
    """The data folder's lock, for work that no server may do meanwhile. Conflict where another process owns it. Servers
    need none."""
    if not chosen.embedded:
        yield
        return
    lock = OwnerLock(chosen.data)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def local_person() -> Person:
    """Who acts on the command line: the local system administrator, under the name of the user of the machine."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run a user without a name
        user = "unknown"
    return Person(0, f"local:{user}", user, Role.SYSTEM_ADMINISTRATOR)


def a_date(text: str, option: str = "--date") -> date:
    """A date as 2026-03-08 or 20260308. Usage names the option."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Usage(f"{option} {text!r} is not a date that exists; write 2026-03-08") from error


def a_day(branch: str, teller: str, when: str) -> TellerDay:
    """The teller's day that the three options name. Usage says which is missing."""
    missing = [name for name, value in (("--branch", branch), ("--teller", teller), ("--date", when)) if not value]
    if missing:
        raise Usage(f"{', '.join(missing)} missing; a teller's day is a branch, a teller and a date")
    return TellerDay(branch, teller, a_date(when))


def batch_id(text: str) -> int:
    """The number of a batch said as B-12 or 12."""
    number = batch_number(text)
    if number is None:
        raise Usage(f"{text!r} is no batch; write B-12 or 12")
    return number
