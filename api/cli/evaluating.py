"""`vouch evaluate`: how well a folder with a known truth is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Json, Usage, bar, emit, say, show, told
from api.cli.opening import opened, settings
from api.i18n import LANGUAGES
from api.wiring import engine_of
from processing.logs import configure

if TYPE_CHECKING:
    from ocr.evaluate import Evaluation
    from ocr.model import Engine


def evaluate(
    folder: Annotated[Path, typer.Argument(help="Images and truth.jsonl.", show_default=False)],
    engine: Annotated[str, typer.Option(help="Another OCR engine than the setting's.")] = "",
    faults: Annotated[bool, typer.Option("--faults", help="List every wrong value too.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write charts and the worst values there, as one HTML file.")
    ] = None,
    language: Annotated[str, typer.Option(help="The report's language: zh_CN or en.")] = "en",
    known: Annotated[
        bool, typer.Option("--known", help="Read by the approved forms and the parameters in force.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read every page of a folder and compare it with truth.jsonl: by type, by field, and the errors among the
    accepted."""
    with told(as_json):
        configure(quiet=True)
        if language not in LANGUAGES:
            raise Usage(f"--language {language}: choose {' or '.join(LANGUAGES)}")
        found = _measured(folder, engine_of(settings(), engine), known)
        if report is not None:
            _write(found, folder, report, language)
    if as_json:
        emit(found.to_json(faults))
    else:
        _tell(found, faults)


def _measured(folder: Path, load_it: Callable[[], Engine], known: bool) -> Evaluation:
    """The folder read, with progress on stderr."""
    from archive.accepting import accept_error
    from archive.known_forms import in_force
    from ocr.evaluate import How
    from ocr.evaluate import evaluate as measured

    chosen, how = settings(), How()
    if known:
        with opened(chosen) as archive, archive.catalogue.read() as tx:
            how = How(in_force(tx), None, accept_error(tx))
    with bar() as progress:
        task = progress.add_task("read", total=None)
        return measured(
            folder,
            load_it,
            lambda done, total: progress.update(task, completed=done, total=total),
            chosen.workers,
            how,
        )


def _write(found: Evaluation, folder: Path, path: Path, language: str) -> None:
    """The report as one HTML file."""
    from api.evaluation_report import html
    from ocr.report import report

    path.write_text(html(report(found), folder.name, language), encoding="utf-8")
    say(f"written to {path}")


def _tell(found: Evaluation, faults: bool) -> None:
    names = ("type_accuracy", "field_exact", "accepted", "accepted_wrong", "pages_per_second")
    figures = {name: getattr(found, name) for name in names}
    show(f"{found.pages} pages, {found.fields} fields", list(figures), [list(figures.values())])
    columns = ["kind", "fields", "field_exact", "accepted", "accepted_wrong", "calibration_error"]
    show("By kind", columns, [[name, *(line[c] for c in columns[1:])] for name, line in found.by_kind.items()])
    columns = ["field", "fields", "field_exact", "accepted", "accepted_wrong"]
    show("By field", columns, [[name, *(line[c] for c in columns[1:])] for name, line in found.by_field.items()])
    for fault in found.to_json(True)["faults"] if faults else ():
        typer.echo(str(fault))
