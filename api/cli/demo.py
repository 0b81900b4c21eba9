"""`vouch demo`: seeded accounts, branches and a few tellers' days, captured by the same way as any other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import Json, bar, emit, say, told
from api.cli.opening import a_date, local_person, opened, settings
from api.cli.reports import day_of
from api.settings import Settings
from archive.model import Role, TellerDay
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


def _pile(folder: Path, pile: Pile, number: int, when: date, share: float) -> Any:
    from ocr.synthesis.day import make_day

    vouchers = max(4, round(pile.vouchers * share))
    with bar() as progress:
        task = progress.add_task(f"print {pile.teller_no}", total=None)
        return make_day(
            folder,
            seed=8100 + number,
            vouchers=vouchers,
            business_date=when,
            branch_no=pile.branch_no,
            teller_no=pile.teller_no,
            formats=pile.formats,
            duplex=pile.duplex,
            cover=True,
            discrepancies=pile.discrepancies,
            on_page=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _capture(archive: Archive, chosen: Settings, folder: Path, pile: Pile, when: date) -> TellerDay:
    from api.cli.feeding import Wanted, feed, sources  # brings the imaging along
    from processing.capture import Declared, close_batch

    day, actor = TellerDay(pile.branch_no, pile.teller_no, when), local_person().name
    fed = feed(archive, chosen, sources([folder]), Wanted(day, Declared(), pile.duplex, False, actor))
    close_batch(archive, fed.batch_id, actor=actor, short=True)
    if pile.journal:
        import_file(archive, f"journal-{pile.teller_no}.csv", (folder / "journal.csv").read_bytes(), actor=actor)
    refresh_if_stale(archive, day)
    return day


def _days(archive: Archive, chosen: Settings, when: date, share: float) -> Iterator[TellerDay]:
    for number, pile in enumerate(PILES):
        with tempfile.TemporaryDirectory(prefix="vouch-demo-") as scratch:
            folder = Path(scratch) / "scans"
            _pile(folder, pile, number, when, share)
            yield _capture(archive, chosen, folder, pile, when)


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
    """The demo's days, made where this data folder has none."""
    with archive.catalogue.read() as tx:
        known = tx.settings.get(SETTING)
    if known:
        return [TellerDay(pile.branch_no, pile.teller_no, a_date(known)) for pile in PILES]
    people_and_branches(archive)
    days = list(_days(archive, chosen, when, share))
    with archive.catalogue.write() as tx:
        tx.settings.put(SETTING, when.isoformat())
    return days
