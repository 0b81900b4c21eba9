"""`vouch ingest`: files in, and out comes a batch that is archived, read and searchable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.beginning import begin_workers
from api.cli.console import FAILED, Json, emit, say, told
from api.cli.opening import a_day, local_person, opened, settings
from api.cli.reports import batch_of
from archive.model import TellerDay

if TYPE_CHECKING:
    from api.cli.feeding import Fed, Source

Paths = Annotated[list[Path], typer.Argument(help="Files and folders of scans.", show_default=False)]


def ingest(
    paths: Paths,
    branch: Annotated[str, typer.Option(help="Branch number; without it the cover sheet tells.")] = "",
    teller: Annotated[str, typer.Option(help="Teller number; without it the cover sheet tells.")] = "",
    date: Annotated[str, typer.Option(help="Business date; without it the cover sheet tells.")] = "",
    sheets: Annotated[int | None, typer.Option(min=0, help="How many sheets the branch declares.")] = None,
    duplex: Annotated[bool, typer.Option("--duplex", help="Pages are fronts and backs in turn.")] = False,
    new_batch: Annotated[bool, typer.Option("--new-batch", help="Open another batch of that day.")] = False,
    as_json: Json = False,
) -> None:
    """Capture files into a teller's day and follow them until each page is archived, read and searchable.

    The same branch, teller and date goes on with the open batch. Exit status 0 only if every page is archived and
    nothing was refused."""
    from api.cli.feeding import Wanted, feeding, sources  # brings the imaging along
    from processing.capture import Declared

    with told(as_json):
        files = sources(paths)
        day = _day(files[0], branch, teller, date)
        wanted = Wanted(day, Declared(sheets=sheets), duplex, new_batch, local_person().name)
        chosen = settings()
        begin_workers(chosen)
        with opened(chosen) as archive:
            with feeding(archive, chosen) as feeder:
                fed = feeder.feed(files, wanted, last=True)
            report = batch_of(archive, fed.batch_id, fed.unreadable)
    _tell(report, as_json)
    if not _whole(report, fed):
        raise typer.Exit(FAILED)


def _day(first: Source, branch: str, teller: str, date: str) -> TellerDay:
    """The day of the options; what they do not say the cover sheet tells."""
    if branch and teller and date:
        return a_day(branch, teller, date)
    from api.cli.feeding import day_of_cover

    cover = day_of_cover(first)
    when = date or cover.business_date.isoformat()
    return a_day(branch or cover.branch_no, teller or cover.teller_no, when)


def _whole(report: dict[str, Any], fed: Fed) -> bool:
    if not fed.indexed:
        say("vouch: the index has not taken every page yet; it goes on when vouch runs again")
    return bool(fed.indexed and report["pages"] == report["pages_done"] and not report["refused"])


def _tell(report: dict[str, Any], as_json: bool) -> None:
    for file in report["refused"]:
        say(f"refused {file['file']}: {file['reason']}: {file['detail']}")
    if report["quarantined"]:
        say(f"{report['quarantined']} pages are quarantined; `vouch batch show {report['batch']}` names them")
    doubtful = sum(voucher["state"] == "doubtful" for voucher in report["vouchers"])
    say(
        f"{report['batch']}: {report['pages_done']} of {report['pages']} pages archived, {report['sheets']} sheets,"
        f" {doubtful} wait for a person"
    )
    if as_json:
        emit(report)
