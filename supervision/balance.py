"""The day's equation: declared = captured = archived = accounted; transactions = with paper + explained + exempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from archive.catalogue.balances import Balances, CaseLine, EntryCounts, Feeds, SheetCounts, Which
from archive.catalogue.engine import Transaction
from archive.errors import NotFound
from archive.model import EVERYTHING, CaseKind, CaseState, Scope, SealedDay, TellerDay
from archive.vault import Archive
from supervision.gaps import READING, RECEIVED, WORDS, Gap, list_gaps
from supervision.matching import paperless_codes

WHOLE_DAY = (
    CaseKind.MISSING_DECLARATION,
    CaseKind.MISSING_JOURNAL,
    CaseKind.MISSING_SHEET,
    CaseKind.SURPLUS_SHEET,
)
# A broken business rule warns; it does not keep a day from balancing.
_BY_CASE = (CaseKind.SURPLUS_VOUCHER, CaseKind.FIELD_DIFFERS)


@dataclass(frozen=True, slots=True)
class Balance:
    """A teller's day in figures. Sheets: `declared` (None: a batch declares nothing, unexplained),
    `expected_sheets` (what is declared, and what came in batches that declare nothing), `captured`, `archived`,
    `accounted`; of these `received` and `reading` still work, `quarantined` and `doubtful` wait for a person and were
    not explained. Transactions: all, `with_paper`, `explained` by a case, `exempt` by their code. `excused` holds the
    kinds that a person explained for the day as a whole. `missing` counts the open gaps by kind; `gaps` lists them,
    where one day was asked for."""

    day: TellerDay
    batches: int = 0
    declared: int | None = None
    expected_sheets: int = 0
    captured: int = 0
    archived: int = 0
    accounted: int = 0
    received: int = 0
    reading: int = 0
    quarantined: int = 0
    doubtful: int = 0
    transactions: int = 0
    with_paper: int = 0
    explained: int = 0
    exempt: int = 0
    open_cases: int = 0
    excused: frozenset[str] = frozenset()
    missing: Mapping[str, int] = field(default_factory=dict)
    sealed: SealedDay | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def working(self) -> int:
        """Sheets that are queued or being read: they may still close a gap."""
        return self.received + self.reading

    @property
    def journal(self) -> bool:
        """Whether the day has a journal."""
        return self.transactions > 0

    @property
    def balanced(self) -> bool:
        """Whether the equation holds, or cases explain the rest."""
        return not self.missing

    @property
    def state(self) -> str:
        """The word of ui.md: the uppermost state among the day's sheets, then how far its journal is."""
        ladder = (
            ("sealed", self.sealed is not None),
            ("quarantined", self.quarantined > 0),
            ("doubtful", self.doubtful > 0),
            ("reading", self.reading > 0),
            ("received", self.received > 0),
            ("awaiting_journal", CaseKind.MISSING_JOURNAL.value in self.missing),
            ("balanced", self.balanced),
        )
        return next((word for word, holds in ladder if holds), "done")

    @property
    def sheets_text(self) -> str:
        """`126=126=126≠124 ▸缺2`: the equation of sheets up to where it breaks, and what is missing there."""
        terms = (self.captured, self.archived, self.accounted)
        shown, last = "—" if self.declared is None else str(self.declared), self.declared
        for place, term in enumerate(terms):
            excess = 0 if last is None else last - term
            if excess and place == 0 and self._is_excused(excess):
                shown += f"={term}{excess:+d}"
            elif excess:
                return f"{shown}≠{term} ▸{self._shortfall(place, excess)}"
            else:
                shown += f"={term}"
            last = term
        return shown

    def _is_excused(self, excess: int) -> bool:
        kind = CaseKind.MISSING_SHEET if excess > 0 else CaseKind.SURPLUS_SHEET
        return kind.value in self.excused

    def _shortfall(self, place: int, excess: int) -> str:
        if place == 1 and self.working:
            return f"{WORDS[READING]}{self.working}"
        if place == 1 and self.quarantined:
            return f"{WORDS[CaseKind.QUARANTINED_PAGE]}{self.quarantined}"
        return f"{WORDS[CaseKind.MISSING_SHEET if excess > 0 else CaseKind.SURPLUS_SHEET]}{abs(excess)}"

    @property
    def entries_text(self) -> str:
        """`131=128+3`, `90≠61+0 ▸未勾29`: transactions, with paper, explained and, where there are any, exempt."""
        if not self.journal:
            return "—"
        terms = f"{self.with_paper}+{self.explained}" + (f"+{self.exempt}" if self.exempt else "")
        rest = self.transactions - self.with_paper - self.explained - self.exempt
        return f"{self.transactions}={terms}" if not rest else f"{self.transactions}≠{terms} ▸未勾{rest}"


def _excuses(lines: Iterable[CaseLine], declared: int, captured: int) -> frozenset[str]:
    """The kinds that were explained for the day; an excuse for sheets holds for the figures that it was given for."""
    told = [line for line in lines if line.state == CaseState.EXPLAINED.value]
    figures = (str(declared), str(captured))
    counted = {CaseKind.MISSING_SHEET.value, CaseKind.SURPLUS_SHEET.value}
    return frozenset(line.kind for line in told if line.kind not in counted or (line.expected, line.found) == figures)


def _missing(
    undeclared: bool, short: int, sheets: SheetCounts, entries: EntryCounts, lines: Sequence[CaseLine]
) -> dict[str, int]:
    """The open gaps by kind, in the order in which they are told; `short` sheets are declared and not captured."""
    opened = {line.kind: line.count for line in lines if line.state == CaseState.RAISED.value}
    bare = entries.transactions - entries.with_paper - entries.explained - entries.exempt
    return {
        CaseKind.MISSING_DECLARATION.value: int(undeclared),
        CaseKind.MISSING_SHEET.value: max(short, 0),
        CaseKind.SURPLUS_SHEET.value: max(-short, 0),
        RECEIVED: sheets.received,
        READING: sheets.reading,
        CaseKind.QUARANTINED_PAGE.value: sheets.quarantined,
        CaseKind.UNKEYED_FIELDS.value: sheets.doubtful,
        CaseKind.MISSING_JOURNAL.value: int(not entries.transactions),
        CaseKind.MISSING_VOUCHER.value: bare,
        **{kind.value: opened.get(kind.value, 0) for kind in _BY_CASE},
    }


@dataclass(frozen=True, slots=True)
class _Counts:
    """The answers of the aggregate queries, by day."""

    feeds: dict[TellerDay, Feeds]
    sheets: dict[TellerDay, SheetCounts]
    entries: dict[TellerDay, EntryCounts]
    cases: dict[TellerDay, list[CaseLine]]
    sealed: dict[TellerDay, SealedDay]

    def balance(self, day: TellerDay) -> Balance:
        feeds, sheets = self.feeds.get(day, Feeds()), self.sheets.get(day, SheetCounts())
        entries, lines = self.entries.get(day, EntryCounts()), self.cases.get(day, [])
        # A batch that declares nothing counts as declaring what came, once a person has explained it.
        declared, undeclared = feeds.declared + sheets.undeclared, feeds.undeclared > 0 or not feeds.batches
        excused = _excuses(lines, declared, sheets.captured)
        missing = _missing(undeclared, declared - sheets.captured, sheets, entries, lines)
        return Balance(
            day=day,
            batches=feeds.batches,
            expected_sheets=declared,
            declared=None if undeclared and CaseKind.MISSING_DECLARATION.value not in excused else declared,
            captured=sheets.captured,
            archived=sheets.archived,
            accounted=sheets.accounted,
            received=sheets.received,
            reading=sheets.reading,
            quarantined=sheets.quarantined,
            doubtful=sheets.doubtful,
            transactions=entries.transactions,
            with_paper=entries.with_paper,
            explained=entries.explained,
            exempt=entries.exempt,
            open_cases=sum(line.count for line in lines if line.state == CaseState.RAISED.value),
            excused=excused,
            missing={kind: count for kind, count in missing.items() if count and kind not in excused},
            sealed=self.sealed.get(day),
        )


def _counts(tx: Transaction, which: Which) -> _Counts:
    found = Balances(tx.connection)
    return _Counts(
        found.feeds(which),
        found.sheets(which),
        found.transactions(which, sorted(paperless_codes(tx))),
        found.cases(which, WHOLE_DAY),
        found.sealed(which),
    )


def balance_in(tx: Transaction, day: TellerDay) -> Balance:
    """One day's balance with its gaps, within a transaction that is open already."""
    found = _counts(tx, Which(day.business_date, EVERYTHING, day)).balance(day)
    return replace(found, gaps=list_gaps(tx, day, found.missing, found.working > 0))


def balance(archive: Archive, day: TellerDay, scope: Scope = EVERYTHING) -> Balance:
    """One day's balance with each of its gaps. NotFound where its branch is outside the scope."""
    if not scope.covers(day.branch_no):
        raise NotFound(f"no day {day.business_date} of teller {day.teller_no}, branch {day.branch_no}")
    with archive.catalogue.read() as tx:
        return balance_in(tx, day)


def board(archive: Archive, business_date: date, scope: Scope = EVERYTHING) -> list[Balance]:
    """The balances of every teller's day of a date in scope, by branch and teller, without the lists of gaps: a
    handful of queries whatever their number."""
    with archive.catalogue.read() as tx:
        found = _counts(tx, Which(business_date, scope))
        known = set(tx.days.list(scope, business_date)) | found.feeds.keys() | found.entries.keys()
    return [found.balance(day) for day in sorted(known, key=lambda day: (day.branch_no, day.teller_no))]
