"""`vouch forms`: forms learned from labelled pages, kept by version, approved by a second person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import Json, Usage, bar, emit, say, show, told
from api.cli.opening import a_date, local_person, opened, settings
from api.wiring import engine_of
from archive.errors import NotFound, Refused
from archive.model import Role
from archive.vault import Archive
from processing.logs import configure

if TYPE_CHECKING:
    from api.settings import Settings
    from archive.known_forms import KeptForm
    from ocr.evaluate import Truth
    from ocr.known.model import KnownForm
    from ocr.known.samples import Labelled
    from ocr.model import Engine

app = typer.Typer(help="Known forms: learn, list, show, approve.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The form's name.", show_default=False)]
Actor = Annotated[str, typer.Option("--as", help="The account that acts; the local administrator without it.")]
MAY = frozenset({Role.PARAMETER_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR})
MOST = 10


def acting(archive: Archive, name: str) -> str:
    """Who acts. NotFound for no such account, Refused for one that may not change parameters."""
    if not name:
        return local_person().name
    with archive.catalogue.read() as tx:
        found = tx.people.by_name(name)
    if found is None:
        raise NotFound(f"no account is called {name}; `vouch user list` shows them")
    if found.person.role not in MAY or not found.person.active:
        raise Refused(f"{name} may not change forms; a parameter administrator may")
    return found.person.name


@app.command("learn")
def learn(
    folder: Annotated[
        Path | None, typer.Argument(help="Images and truth.jsonl: 3 to 10 pages.", show_default=False)
    ] = None,
    name: Annotated[str, typer.Option(help="The form's name; its type without it.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Learn only the pages of this type.")] = "",
    from_archive: Annotated[
        str, typer.Option("--from-archive", help="Learn this type from vouchers of sealed days instead of a folder.")
    ] = "",
    until: Annotated[str, typer.Option(help="With --from-archive: the last day; today without it.")] = "",
    actor: Actor = "",
    as_json: Json = False,
) -> None:
    """Make a form from labelled pages and say how well it reads samples left out. A second person approves it."""
    from archive.known_forms import propose

    with told(as_json):
        configure(quiet=True)
        chosen = settings()
        samples = _archived(chosen, from_archive, until) if from_archive else _in_folder(folder, kind)
        form = _learned(samples, name or samples[0].type, engine_of(chosen)())
        with opened(chosen) as archive:
            who = acting(archive, actor)
            with archive.catalogue.write() as tx:
                kept = propose(tx, form, who)
    if as_json:
        emit(_said(kept))
        return
    _show([kept])
    say(f"version {kept.version} waits for approval: vouch forms approve {kept.name} --version {kept.version} --as …")


def _of_one_type(truths: list[Truth], folder: Path, kind: str) -> list[Truth]:
    from ocr.model import NOT_VOUCHERS

    counts = Counter(truth.type for truth in truths if truth.type not in NOT_VOUCHERS)
    if kind and kind not in counts:
        raise Usage(f"--type {kind}: {folder} has no page of it, only {', '.join(sorted(counts)) or 'none'}")
    if not kind and len(counts) != 1:
        raise Usage(f"{folder} has pages of {', '.join(sorted(counts)) or 'no type'}; choose one by --type")
    wanted = kind or next(iter(counts))
    return [truth for truth in truths if truth.type == wanted]


def _in_folder(folder: Path | None, kind: str) -> list[Labelled]:
    from ocr.evaluate import read_truth

    if folder is None:
        raise Usage("say which folder holds the labelled pages, or --from-archive TYPE")
    return [_labelled(folder, truth) for truth in _of_one_type(read_truth(folder), folder, kind)[:MOST]]


def _archived(chosen: Settings, kind: str, until: str) -> list[Labelled]:
    """Vouchers of sealed days. Usage where there are none of the type."""
    from processing.known import DAYS, approved_vouchers, labelled

    last = a_date(until, "--until") if until else dt.datetime.now(dt.UTC).date()
    with opened(chosen) as archive:
        with archive.catalogue.read() as tx:
            records = approved_vouchers(tx, kind, MOST, last)
        if not records:
            raise Usage(f"--from-archive {kind}: the {DAYS} days up to {last} have no sealed voucher of this type")
        return labelled(archive, records)


def _learned(samples: list[Labelled], name: str, engine: Engine) -> KnownForm:
    """Reads the samples in full and learns; progress on stderr."""
    from ocr.known.samples import learned, read_sample

    with bar() as progress:
        task = progress.add_task("read", total=len(samples))
        reads = []
        for sample in samples:
            reads.append(read_sample(sample, engine))
            progress.advance(task)
        left = progress.add_task("try", total=len(samples))
        return learned(reads, name, engine, lambda done, _: progress.update(left, completed=done))


def _labelled(folder: Path, truth: Truth) -> Labelled:
    from imaging.decode import decode
    from imaging.model import Scan
    from imaging.recipe import run
    from ocr.evaluate import stored
    from ocr.known.samples import Labelled

    path = folder / truth.file
    page = run(decode(Scan.of(path.name, path.read_bytes()), truth.page))
    values = {field: stored(field, value) for field, value in truth.fields.items()}
    return Labelled(page, truth.type, values, f"{truth.file} page {truth.page}")


def _said(kept: KeptForm) -> dict[str, Any]:
    return {
        "name": kept.name,
        "version": kept.version,
        "type": kept.type,
        "state": kept.state,
        "samples": kept.samples,
        "accuracy": dict(kept.accuracy or {}),
        "learned_by": kept.learned_by,
        "learned_at": kept.learned_at,
        "approved_by": kept.approved_by,
        "approved_at": kept.approved_at,
    }


def _show(forms: list[KeptForm]) -> None:
    columns = ["name", "version", "type", "state", "samples", "exact", "read by zones", "learned by", "approved by"]
    rows = []
    for each in forms:
        figures = each.accuracy or {}
        shares = [f"{figures[k]:.1%}" if k in figures else "" for k in ("exact", "read")]
        people = [each.learned_by, each.approved_by]
        rows.append([each.name, each.version, each.type, each.state, each.samples, *shares, *people])
    show("Forms", columns, rows)


@app.command("list")
def list_forms(as_json: Json = False) -> None:
    """Every version of every form; pages are read by the newest approved one of each name."""
    from archive.known_forms import kept_forms

    with told(as_json), opened() as archive, archive.catalogue.read() as tx:
        forms = kept_forms(tx)
    if as_json:
        emit({"forms": [_said(each) for each in forms]})
    else:
        _show(forms)


Version = Annotated[int, typer.Option("--version", help="Which version; the newest without it.")]


@app.command("show")
def show_form(
    name: Name,
    version: Version = 0,
    picture: Annotated[Path | None, typer.Option(help="Write the template there, as PNG.")] = None,
    as_json: Json = False,
) -> None:
    """Print a form as YAML: its size, zones, kinds and anchors in millimetres."""
    from archive.known_forms import content, find_kept

    with told(as_json), opened() as archive, archive.catalogue.read() as tx:
        kept = find_kept(tx, name, version or None)
        text, template = content(tx, kept.name, kept.version)
        if picture is not None:
            picture.write_bytes(template)
    if as_json:
        emit({**_said(kept), "yaml": text})
    else:
        typer.echo(text)


@app.command("approve")
def approve(name: Name, version: Version = 0, actor: Actor = "", as_json: Json = False) -> None:
    """Approve a version that another person learned; pages are read by it from then on."""
    from archive.known_forms import approve as approved
    from archive.known_forms import find_kept

    with told(as_json), opened() as archive:
        who = acting(archive, actor)
        with archive.catalogue.write() as tx:
            kept = approved(tx, name, version or find_kept(tx, name).version, who)
    if as_json:
        emit(_said(kept))
    else:
        say(f"pages are read by version {kept.version} of {kept.name} now")
