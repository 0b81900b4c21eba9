"""`vouch demo`: seeded accounts, branches and a few tellers' days, captured by the same way as any other."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Json, bar, emit, say, told
from api.cli.opening import a_date, local_person, opened, settings
from api.cli.reports import day_of
from api.settings import Settings
from archive.model import BatchState, Role, TellerDay
from archive.vault import Archive
from supervision.balance import balance
from supervision.journal import import_file
from supervision.matching import refresh_if_stale

SETTING = "demo"
PASSWORD = "vouch-demo"  # noqa: S105 - the demo's accounts are public by intent
BRANCHES = (("0102", "城东支行"), ("0103", "城西支行"))
PEOPLE: tuple[tuple[str, str, Role, str], ...] = (
    ("admin", "系统管理员", Role.SYSTEM_ADMINISTRATOR, ""),
    ("operator", "李扫描", Role.OPERATOR, "0102"),
    ("keyer", "张录入", Role.KEYER, ""),
    ("verifier", "陈复核", Role.VERIFIER, ""),
    ("authoriser", "赵授权", Role.AUTHORISER, ""),
    ("supervisor", "王监督", Role.SUPERVISOR, ""),
    ("supervisor2", "周监督", Role.SUPERVISOR, "0103"),
    ("auditor", "孙稽核", Role.AUDITOR, ""),
    ("archivist", "吴档案", Role.ARCHIVIST, ""),
    ("parameters", "郑参数", Role.PARAMETER_ADMINISTRATOR, ""),
)


@dataclass(frozen=True, slots=True)
class Pile:
    """One teller's demo day: how many vouchers, how they were scanned, and whether its journal has come."""

    branch_no: str
    teller_no: str
    vouchers: int
    formats: str = "jpg"
    duplex: bool = False
    discrepancies: float = 0.08
    journal: bool = True

    def day(self, when: date) -> TellerDay:
        """The teller's day that the pile is of."""
        return TellerDay(self.branch_no, self.teller_no, when)


PILES = (
    Pile("0102", "0417", 16),
    Pile("0102", "0422", 10, formats="mixed", discrepancies=0.0),
    Pile("0103", "0431", 8, duplex=True, journal=False),
)


def people_and_branches(archive: Archive) -> None:
    """Adds the demo's accounts and branches where they are not there yet."""
    from api.auth import hash_password  # brings the web framework along

    kept = hash_password(PASSWORD)
    with archive.catalogue.write() as tx:
        for number, name in BRANCHES:
            tx.people.set_branch(number, name)
        for name, shown, role, branch in PEOPLE:
            if tx.people.by_name(name) is None:
                branches = (branch,) if branch else ()
                tx.people.add(name, shown, role, branch_no=branch, branches=branches, password_hash=kept)


def _printed(folder: Path, pile: Pile, number: int, when: date, share: float) -> None:
    """Prints a pile's scans and its journal into a folder."""
    from ocr.synthesis.day import make_day

    with bar() as progress:
        task = progress.add_task(f"print {pile.teller_no}", total=None)
        make_day(
            folder,
            seed=8100 + number,
            vouchers=max(4, round(pile.vouchers * share)),
            business_date=when,
            branch_no=pile.branch_no,
            teller_no=pile.teller_no,
            formats=pile.formats,
            duplex=pile.duplex,
            cover=True,
            discrepancies=pile.discrepancies,
            on_page=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _captured(archive: Archive, chosen: Settings, piles: Mapping[Pile, Path], when: date) -> None:
    """Captures the piles as any other day: feed, close, import the journal, match."""
    from api.cli.feeding import Wanted, feeding, sources  # brings the imaging along
    from processing.capture import Declared, close_batch

    actor = local_person().name
    with feeding(archive, chosen) as feeder:
        for pile, folder in piles.items():
            day = pile.day(when)
            fed = feeder.feed(sources([folder]), Wanted(day, Declared(), pile.duplex, False, actor))
            if pile.journal:
                name = f"journal-{pile.teller_no}.csv"
                import_file(archive, name, (folder / "journal.csv").read_bytes(), actor=actor)
            close_batch(archive, fed.batch_id, actor=actor, short=True)
            refresh_if_stale(archive, day)


def _open_piles(archive: Archive, when: date) -> list[tuple[int, Pile]]:
    """The piles that are not captured yet: a demo that was interrupted goes on where it was."""
    with archive.catalogue.read() as tx:
        return [
            (number, pile)
            for number, pile in enumerate(PILES)
            if all(b.state is BatchState.OPEN for b in tx.batches.of_day(pile.day(when)))
        ]


def demo(
    date: Annotated[str, typer.Option(help="Business date of the demo's days; today without it.")] = "",
    share: Annotated[float, typer.Option(min=0.1, max=20.0, help="How many times as many vouchers.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Fill the data folder with demo accounts and a few tellers' days; done once, it does nothing again."""
    with told(as_json):
        chosen = settings()
        with opened(chosen) as archive:
            when = a_date(date) if date else datetime.now(UTC).astimezone(chosen.time_zone).date()
            days = _fill(archive, chosen, when, share)
            report = [day_of(balance(archive, day)) for day in days]
    say(f"accounts {', '.join(name for name, *_ in PEOPLE)}; the password of each is {PASSWORD}")
    for line in report:
        said = line["equation"]
        say(f"{line['branch_no']} {line['teller_no']} {said['sheets']}   {said['transactions']}   {line['state']}")
    if as_json:
        emit({"accounts": [name for name, *_ in PEOPLE], "password": PASSWORD, "days": report})


def _fill(archive: Archive, chosen: Settings, when: date, share: float) -> list[TellerDay]:
    """The demo's days, made where this data folder has none. They keep the date of the first run."""
    with archive.catalogue.write() as tx:
        when = a_date(tx.settings.get(SETTING) or when.isoformat())
        tx.settings.put(SETTING, when.isoformat())
    people_and_branches(archive)
    with tempfile.TemporaryDirectory(prefix="vouch-demo-") as scratch:
        piles = {pile: Path(scratch) / str(number) for number, pile in _open_piles(archive, when)}
        for pile, folder in piles.items():
            _printed(folder, pile, int(folder.name), when, share)
        _captured(archive, chosen, piles, when)
    return [pile.day(when) for pile in PILES]
