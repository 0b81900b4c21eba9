"""`vouch day`: show a teller's day with its gaps, and seal it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.console import Json, emit, say, told
from api.cli.opening import Branch, Date, Teller, a_day, local_person, opened
from api.cli.reports import day_of
from archive.errors import NotFound
from archive.model import TellerDay
from archive.vault import Archive
from supervision.balance import Balance, balance
from supervision.matching import refresh_if_stale
from supervision.seal import seal

app = typer.Typer(help="Teller's days: show, seal.", no_args_is_help=True)


def _balance(archive: Archive, day: TellerDay) -> Balance:
    with archive.catalogue.read() as tx:
        known = day in tx.days.list(business_date=day.business_date)
    if not known:
        raise NotFound(
            f"nothing is known of the day {day.business_date} of teller {day.teller_no}, branch {day.branch_no};"
            " capture its sheets or import its journal first"
        )
    refresh_if_stale(archive, day)
    return balance(archive, day)


def _tell(found: Balance, as_json: bool) -> None:
    if as_json:
        emit(day_of(found))
        return
    typer.echo(f"{found.sheets_text}   {found.entries_text}   {found.state}")
    for gap in found.gaps:
        typer.echo(f"{gap.word} {gap.detail}")


@app.command("show")
def show_day(branch: Branch, teller: Teller, date: Date, as_json: Json = False) -> None:
    """The day's equation, and each sheet or transaction that keeps it from balancing."""
    with told(as_json), opened() as archive:
        found = _balance(archive, a_day(branch, teller, date))
    _tell(found, as_json)


@app.command("seal")
def seal_day(
    branch: Branch,
    teller: Teller,
    date: Date,
    reason: Annotated[str, typer.Option(help="Explains what is missing; a case keeps it.")] = "",
    as_json: Json = False,
) -> None:
    """Seal the day: refused with what is missing unless it balances or its cases explain the rest."""
    with told(as_json), opened() as archive:
        day = a_day(branch, teller, date)
        sealed = seal(archive, day, local_person(), reason=reason)
        found = balance(archive, day)
    say(f"sealed under manifest {sealed.manifest}")
    _tell(found, as_json)
