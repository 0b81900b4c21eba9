"""The assignment: the vouchers of a teller's day against the transactions of its journal, solved once for the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from archive.model import Entry, Match, Record
from supervision.evidence import Paper, Transaction, papers_of, transactions_of
from supervision.journal import day_of
from supervision.scoring import Pair, pairs_of

AUTOMATIC = "auto"
UNMATCHED_COST = 4.0  # a pair must be this much more likely than chance, else both stay unmatched
COMPANION_COSTS = (3.0, 5.0)  # a second and a third sheet of one transaction need this much more
_FORBIDDEN = -1e6


def _gains(
    pairs: Sequence[Pair], papers: int, columns: Mapping[int, int], taken: frozenset[int]
) -> NDArray[np.float64]:
    """What each paper gains in each place of a transaction (first sheet, companions) or, last, by staying alone."""
    width = len(columns)
    places = 1 + len(COMPANION_COSTS)
    gains = np.full((papers, width * places + papers), _FORBIDDEN)
    gains[np.arange(papers), width * places + np.arange(papers)] = 0.0
    for pair in pairs:
        column, gain = columns[pair.transaction], pair.score - UNMATCHED_COST
        if pair.transaction not in taken:
            gains[pair.paper, column] = gain
        if pair.companion:
            for place, cost in enumerate(COMPANION_COSTS, 1):
                gains[pair.paper, place * width + column] = gain - cost
    return gains


def _assigned(pairs: Sequence[Pair], papers: int, taken: frozenset[int]) -> list[Pair]:
    """The pairs of the assignment with the largest gain over the whole day."""
    from scipy.optimize import linear_sum_assignment  # slow to import, and most commands match nothing

    columns = {place: at for at, place in enumerate(sorted({pair.transaction for pair in pairs}))}
    gains = _gains(pairs, papers, columns, taken)
    rows, chosen = linear_sum_assignment(gains, maximize=True)
    by_place = {(pair.paper, columns[pair.transaction]): pair for pair in pairs}
    own = len(columns) * (1 + len(COMPANION_COSTS))
    found = [(row, at) for row, at in zip(rows.tolist(), chosen.tolist(), strict=True) if at < own]
    return [by_place[row, at % len(columns)] for row, at in found if gains[row, at] > 0]


def _without_doubles(chosen: Iterable[Pair], papers: Sequence[Paper]) -> list[Pair]:
    """One sheet of a type for a transaction: a second copy is surplus, unless both print the journal number."""
    kept: list[Pair] = []
    seen: dict[tuple[int, str], bool] = {}
    for pair in sorted(chosen, key=lambda pair: (-pair.score, pair.paper)):
        paper = papers[pair.paper]
        key, printed = (pair.transaction, paper.type), paper.journal_no is not None
        if key not in seen or (seen[key] and printed):
            kept.append(pair)
        seen[key] = seen.get(key, True) and printed
    return kept


def match_day(entries: Sequence[Entry], records: Sequence[Record], held: Iterable[Match] = ()) -> list[Match]:
    """The automatic matches of one teller's day: each voucher with at most one transaction, a transaction with one
    voucher or with several sheets of its own. `held` are matches made by a person: their records stay out and their
    transactions have their paper. Deterministic for the same input."""
    transactions = transactions_of(entries)
    by_hand = {match.record_id: match.journal_no for match in held}
    papers = [paper for paper in papers_of(records) if paper.record_id not in by_hand]
    pairs = pairs_of(transactions, papers)
    if not pairs:
        return []
    theirs = set(by_hand.values())
    taken = frozenset(at for at, transaction in enumerate(transactions) if transaction.journal_no in theirs)
    chosen = _without_doubles(_assigned(pairs, len(papers), taken), papers)
    return sorted((_match(pair, papers, transactions) for pair in chosen), key=lambda match: match.record_id)


def _match(pair: Pair, papers: Sequence[Paper], transactions: Sequence[Transaction]) -> Match:
    transaction = transactions[pair.transaction]
    day = day_of(transaction.lines[0])
    return Match(papers[pair.paper].record_id, day, transaction.journal_no, round(pair.score, 3), AUTOMATIC)


def papers_by_transaction(matches: Iterable[Match]) -> dict[str, list[int]]:
    """The records of each journal number."""
    found: dict[str, list[int]] = defaultdict(list)
    for match in matches:
        found[match.journal_no].append(match.record_id)
    return dict(found)
