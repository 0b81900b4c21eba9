"""`vouch system`: the parts of the system, and whether this host's own are alive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Json, emit, say, show, told
from api.cli.opening import settings
from api.settings import Settings
from archive.service import Part
from processing.logs import configure

if TYPE_CHECKING:
    from processing.standing import Standing


def system(
    here: Annotated[
        bool, typer.Option("--here", help="Only whether this host's processes live: a health check.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show every part: whether it works, since when and what waits. Exit status 1 where one does not work."""
    with told(as_json):
        configure(quiet=True)
        well = _here(settings(), as_json) if here else _all(settings(), as_json)
    if not well:
        raise typer.Exit(1)


def _here(chosen: Settings, as_json: bool) -> bool:
    """Whether a process of this host noted itself lately, and none says that something is wrong with it."""
    from archive.catalogue import Catalogue  # none of these is loaded for other commands
    from processing.parts import host
    from processing.standing import alive

    catalogue = Catalogue(chosen.catalogue)
    try:
        with catalogue.read() as tx:
            mine = [part for part in tx.parts.list() if part.host == host() and part.kind != "chore"]
    finally:
        catalogue.close()
    living = [part for part in mine if alive(part, datetime.now(UTC))]
    _tell(living, as_json)
    return bool(living) and all(part.works for part in living)


def _tell(living: Sequence[Part], as_json: bool) -> None:
    if as_json:
        emit({"parts": [{"name": part.name, "works": part.works, "fault": part.fault} for part in living]})
        return
    for part in living:
        say(f"{part.name}: {part.fault or 'works'}")
    if not living:
        say("no process of this host has noted itself in the catalogue lately")


def _all(chosen: Settings, as_json: bool) -> bool:
    """One look at everything from this process."""
    from api.watch import build_watch
    from archive.catalogue import Catalogue
    from archive.index import open_index
    from archive.known import known_store
    from archive.vault import Archive

    catalogue = Catalogue(chosen.catalogue)
    archive = Archive(catalogue, known_store(catalogue, chosen.objects), open_index(chosen.index))
    try:
        monitor = build_watch(archive, chosen).monitor
        monitor.look()
        standings = monitor.standings()
    finally:
        archive.close()
    if as_json:
        emit({"ok": all(one.works for one in standings), "parts": [_plain(one) for one in standings]})
    else:
        _table(standings)
    return all(one.works for one in standings)


def _plain(one: Standing) -> dict[str, object]:
    known = {"name": one.name, "kind": one.kind.value, "level": one.level.value, "since": one.since, "fault": one.fault}
    return {**known, "backlog": one.backlog, "oldest": one.oldest, "host": one.host}


def _table(standings: Sequence[Standing]) -> None:
    from api.i18n import words
    from api.part_words import row

    at, english = datetime.now(UTC), words("en")
    rows = [row(english, one, at) for one in standings]
    lines = [(r.title, r.name, r.word, r.figure, r.oldest, f"{r.since:%m-%d %H:%M:%S}", r.fault) for r in rows]
    show("System", ("Part", "Name", "State", "Figure", "Oldest", "Since (UTC)", "Fault"), lines)
