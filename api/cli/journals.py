"""`vouch journal`: import the core-banking journal, late or again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import FAILED, Json, Usage, bar, emit, say, told
from api.cli.opening import local_person, opened
from archive.model import TellerDay
from archive.vault import Archive
from supervision.journal import ImportResult, import_file
from supervision.matching import refresh_if_stale

app = typer.Typer(help="The core-banking journal.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The core-banking journal."""


def _named(day: TellerDay) -> dict[str, object]:
    return {"branch_no": day.branch_no, "teller_no": day.teller_no, "business_date": day.business_date}


def _report(found: ImportResult) -> dict[str, Any]:
    return {
        "file": found.name,
        "rows": found.rows,
        "new": found.new,
        "changed": found.changed,
        "same": found.same,
        "days": [_named(day) for day in found.days],
        "sealed": [{**_named(day), "rows": count} for day, count in found.sealed],
    }


def _match(archive: Archive, days: tuple[TellerDay, ...]) -> None:
    with bar() as progress:
        for day in progress.track(days, description="match"):
            refresh_if_stale(archive, day)


@app.command("import")
def import_journal(
    file: Annotated[Path, typer.Argument(help="CSV, UTF-8 or GB18030.", show_default=False)], as_json: Json = False
) -> None:
    """Import a journal file and match its days; a bad row refuses the whole file. Importing again corrects by key."""
    with told(as_json):
        if not file.is_file():
            raise Usage(f"{file} is not there; give a journal file")
        with opened() as archive:
            found = import_file(archive, file.name, file.read_bytes(), actor=local_person().name)
            _match(archive, found.days)
    say(f"{found.name}: {found.rows} lines, {found.new} new, {found.changed} changed, {found.same} known already")
    for day, count in found.sealed:
        say(f"{count} lines left out: the day {day.business_date} of teller {day.teller_no} is sealed")
    if as_json:
        emit(_report(found))
    if found.sealed:
        raise typer.Exit(FAILED)
