"""What several pages need to know of teller days: the dates and branches to switch to, and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from api.context import today
from api.pages.shell import Crumb, Desk
from archive.errors import NotFound
from archive.model import TellerDay

NEAR = 5


def latest(desk: Desk) -> date:
    """Today where today has batches, else the latest day that has, else today."""
    now = today(desk.settings)
    with desk.archive.catalogue.read() as tx:
        dates = tx.days.dates(desk.person.scope)
    return now if now in dates or not dates else dates[0]


def branches(desk: Desk) -> list[tuple[str, str]]:
    """Number and name of each branch in the person's scope."""
    with desk.archive.catalogue.read() as tx:
        return [(no, name) for no, name in tx.people.branches() if desk.person.scope.covers(no)]


def branch_text(desk: Desk, branch_no: str) -> str:
    """`0102城东`."""
    return branch_no + dict(branches(desk)).get(branch_no, "")


def balance_href(day: TellerDay) -> str:
    """The address of a teller's day."""
    return f"/balance/{day.business_date}/{day.branch_no}/{day.teller_no}"


def date_options(desk: Desk, chosen: date) -> list[date]:
    """The days with batches, and the chosen one's neighbours, latest first."""
    with desk.archive.catalogue.read() as tx:
        known = tx.days.dates(desk.person.scope)[:60]
    near = [chosen + timedelta(days=n) for n in (-1, 0, 1)]
    return sorted({*known, *near}, reverse=True)


def covered(desk: Desk, day: TellerDay) -> TellerDay:
    """The day, where it is in the person's scope; NotFound reads alike for absent and barred."""
    if not desk.person.scope.covers(day.branch_no):
        raise NotFound("no such day, or outside your scope")
    return day


def day_crumbs(desk: Desk, day: TellerDay, *, last: bool = False) -> list[Crumb]:
    """`0102城东 › 柜员0417 › 2026-03-08`, each part with the others it can be switched to."""
    with desk.archive.catalogue.read() as tx:
        known = tx.days.list(desk.person.scope, day.business_date)
        dates = [d for d in tx.days.dates(desk.person.scope) if d != day.business_date][:30]
    board = f"/day/{day.business_date}"
    others = sorted({d.branch_no for d in known} | {day.branch_no})
    tellers = sorted({d.teller_no for d in known if d.branch_no == day.branch_no} | {day.teller_no})
    return [
        Crumb(
            branch_text(desk, day.branch_no), options=[(branch_text(desk, b), f"{board}?branch={b}") for b in others]
        ),
        Crumb(
            desk.say("Teller {no}", no=day.teller_no),
            options=[
                (desk.say("Teller {no}", no=t), balance_href(TellerDay(day.branch_no, t, day.business_date)))
                for t in tellers
            ],
        ),
        Crumb(
            str(day.business_date),
            href="" if last else balance_href(day),
            options=_dates(day, dates),
        ),
    ]


def _dates(day: TellerDay, dates: Sequence[date]) -> list[tuple[str, str]]:
    same = [TellerDay(day.branch_no, day.teller_no, d) for d in sorted({*dates, day.business_date}, reverse=True)]
    return [(str(d.business_date), balance_href(d)) for d in same]
