"""`vouch batch`: list, show, close and box batches."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.console import Json, emit, say, show, told
from api.cli.opening import a_date, batch_id, local_person, opened
from api.cli.reports import batch_of, line_of
from archive.errors import Invalid
from archive.model import BatchState, PageState
from archive.vault import Archive

app = typer.Typer(help="Batches: list, show, close, put into a box.", no_args_is_help=True)
Which = Annotated[str, typer.Argument(help="B-12 or 12.", show_default=False)]


def _state(text: str) -> BatchState | None:
    try:
        return BatchState(text) if text else None
    except ValueError as error:
        raise Invalid("--state", f"{text!r} is none of {', '.join(BatchState)}") from error


@app.command("list")
def list_batches(
    date: Annotated[str, typer.Option(help="Only of this business date.")] = "",
    branch: Annotated[str, typer.Option(help="Only of this branch.")] = "",
    state: Annotated[str, typer.Option(help="open, closed or archived.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: Json = False,
) -> None:
    """The latest batches and how far they are."""
    with told(as_json), opened() as archive:
        when = a_date(date) if date else None
        with archive.catalogue.read() as tx:
            found = tx.batches.list(business_date=when, branch_no=branch or None, state=_state(state), limit=limit)
            lines = [line_of(batch, tx.batches.counts(batch.id)) for batch in found]
    if as_json:
        emit({"batches": lines})
    else:
        show("Batches", list(lines[0]) if lines else ["batch"], [list(line.values()) for line in lines])


@app.command("show")
def show_batch(batch: Which, as_json: Json = False) -> None:
    """The whole batch: its pages, what they say, what was refused or set aside."""
    with told(as_json), opened() as archive:
        number = batch_id(batch)
        report = batch_of(archive, number) | {"faults": _faults(archive, number)}
    if as_json:
        emit(report)
        return
    rows = [[v["id"], v["file"], v["page"], v["type"], v["state"], len(v["fields"])] for v in report["vouchers"]]
    boxed = f" · box {report['box']}" if report["box"] else ""
    show(f"{report['batch']} {report['state']}{boxed}", ["id", "file", "page", "type", "state", "fields"], rows)
    for file in report["refused"]:
        say(f"refused {file['file']}: {file['reason']}: {file['detail']}")
    for fault in report["faults"]:
        say(f"quarantined {fault['file']} page {fault['page']}: {fault['cause']}")


def _faults(archive: Archive, number: int) -> list[dict[str, object]]:
    """The pages that were set aside, with their cause."""
    with archive.catalogue.read() as tx:
        pages = tx.pages.of_batch(number)
    aside = [page for page in pages if page.state is PageState.QUARANTINED]
    return [{"file": p.file_name, "page": p.number, "sheet": p.sheet_number, "cause": p.cause} for p in aside]


@app.command("close")
def close(
    batch: Which,
    short: Annotated[bool, typer.Option("--short", help="Close though declared sheets are missing.")] = False,
    as_json: Json = False,
) -> None:
    """Close a batch: no file comes after, and its last page marks it archived."""
    from processing.capture import close_batch  # brings the imaging along

    with told(as_json), opened() as archive:
        closed = close_batch(archive, batch_id(batch), actor=local_person().name, short=short)
        with archive.catalogue.read() as tx:
            line = line_of(closed, tx.batches.counts(closed.id))
    if as_json:
        emit(line)
    else:
        say(f"{closed.label} is {closed.state.value}")


@app.command("box")
def box(
    batch: Which,
    number: Annotated[str, typer.Argument(help="Such as K2026-0042; '' takes the paper out.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Put a batch's paper into an archive box, by which its vouchers are then found."""
    from processing.capture import box_batch  # brings the imaging along

    with told(as_json), opened() as archive:
        boxed = box_batch(archive, batch_id(batch), number, actor=local_person().name)
        with archive.catalogue.read() as tx:
            line = line_of(boxed, tx.batches.counts(boxed.id))
    if as_json:
        emit(line)
    else:
        say(f"{boxed.label} is in box {boxed.box}" if boxed.box else f"{boxed.label} is in no box")
