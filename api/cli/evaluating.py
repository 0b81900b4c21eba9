"""`vouch evaluate`: how well a folder with a known truth is read."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Json, bar, emit, show, told
from api.cli.opening import settings
from processing.logs import configure

if TYPE_CHECKING:
    from ocr.evaluate import Evaluation


def evaluate(
    folder: Annotated[Path, typer.Argument(help="Images and truth.jsonl.", show_default=False)],
    engine: Annotated[str, typer.Option(help="Another OCR engine than the setting's.")] = "",
    faults: Annotated[bool, typer.Option("--faults", help="List every wrong value too.")] = False,
    as_json: Json = False,
) -> None:
    """Read every page of a folder and compare it with truth.jsonl: by type, by field, and the errors among the
    accepted."""
    from ocr.engines import load  # brings the reading along
    from ocr.evaluate import evaluate as measured

    with told(as_json):
        configure(quiet=True)
        chosen = settings()
        load_it = partial(load, engine or chosen.engine)
        with bar() as progress:
            task = progress.add_task("read", total=None)
            found = measured(
                folder,
                load_it,
                lambda done, total: progress.update(task, completed=done, total=total),
                chosen.workers,
            )
    if as_json:
        emit(found.to_json(faults))
    else:
        _tell(found, faults)


def _tell(found: Evaluation, faults: bool) -> None:
    names = ("type_accuracy", "field_exact", "accepted", "accepted_wrong", "pages_per_second")
    figures = {name: getattr(found, name) for name in names}
    show(f"{found.pages} pages, {found.fields} fields", list(figures), [list(figures.values())])
    columns = ["field", "fields", "field_exact", "accepted", "accepted_wrong"]
    show("By field", columns, [[name, *(line[c] for c in columns[1:])] for name, line in found.by_field.items()])
    for fault in found.to_json(True)["faults"] if faults else ():
        typer.echo(str(fault))
