"""What speaks for a voucher belonging to a transaction: one log-likelihood ratio for each pair worth looking at."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from supervision.evidence import Paper, Said, Transaction
from supervision.likelihood import DIFFERENT, DOUBTFUL_DIFFERENT, FURTHEST, agreement

# How seldom a voucher of no transaction of the day says what one of them says: a probability for each kind of value.
_CHANCE = {"account": 1e-4, "amount": 1e-3, "name": 1e-2, "number": 1e-4}
_OTHER_PARTY = -1.5  # one account agrees, another is not the journal's
_OTHER_NAME = -1.0  # a name that the journal does not say: it may be the other side's
_OTHER_NUMBER = -2.0  # a voucher number that the journal does not say

Score = tuple[float, bool, bool]


@dataclass(frozen=True, slots=True)
class Pair:
    """A paper and a transaction by their places in the day. `amount_only`: nothing but the amount speaks for it.
    `companion`: it may be a further sheet of a transaction that has its paper."""

    paper: int
    transaction: int
    score: float
    amount_only: bool
    companion: bool


class Day:
    """The transactions of one teller's day with what is common and what is rare among them."""

    def __init__(self, transactions: Sequence[Transaction]) -> None:
        self.transactions = transactions
        self.journal_nos = [t.journal_no.lstrip("0") or t.journal_no for t in transactions]
        self._holders: dict[str, dict[str, set[int]]] = {
            "account": _places(t.accounts for t in transactions),
            "amount": _places(t.amounts for t in transactions),
            "name": _places(t.names for t in transactions),
            "number": _places(t.voucher_nos for t in transactions),
            "journal": _places([no] for no in self.journal_nos),
        }

    def sharing(self, kind: str, value: str) -> set[int]:
        """The transactions that say a value."""
        return self._holders[kind].get(value, set())

    def values(self, kind: str) -> list[str]:
        """The different values of a kind."""
        return list(self._holders[kind])

    def rarity(self, kind: str, value: str) -> float:
        """The log-likelihood ratio of an exact hit on a value: the higher the fewer transactions say it."""
        return -math.log(_CHANCE[kind] * max(len(self.sharing(kind, value)), 1))


def _places(values: Iterable[Iterable[str]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, said in enumerate(values):
        for value in said:
            found[value].add(place)
    return dict(found)


def _near(reads: Sequence[str], trues: Sequence[str], far: int) -> dict[str, list[str]]:
    """For each value read, the values of the journal that it may be a misreading of."""
    if not reads or not trues:
        return {}
    distances = process.cdist(reads, trues, scorer=Levenshtein.distance, score_cutoff=far)
    return {read: [trues[at] for at in (distances[row] <= far).nonzero()[0]] for row, read in enumerate(reads)}


_KINDS: tuple[tuple[str, int, Callable[[Paper], tuple[Said, ...]]], ...] = (
    ("account", FURTHEST, lambda paper: paper.accounts),
    ("amount", 1, lambda paper: paper.amounts),
    ("name", 1, lambda paper: paper.names),
    ("number", 1, lambda paper: (paper.voucher_no,) if paper.voucher_no else ()),
    ("journal", 1, lambda paper: (paper.journal_no,) if paper.journal_no else ()),
)


def _candidates(day: Day, papers: Sequence[Paper]) -> list[set[int]]:
    """For each paper the transactions that share a value with it or nearly do: no other can be its own."""
    found: list[set[int]] = [set() for _ in papers]
    for kind, far, said in _KINDS:
        reads = list({s.value for paper in papers for s in said(paper)})
        near = _near(reads, day.values(kind), far)
        for place, paper in enumerate(papers):
            for value in (true for s in said(paper) for true in near.get(s.value, ())):
                found[place] |= day.sharing(kind, value)
    return found


def _best(said: Said, trues: Iterable[str], day: Day, kind: str) -> float:
    scores = [agreement(said.value, true, day.rarity(kind, true), said.accepted) for true in trues]
    return max(scores, default=0.0)


def _accounts(paper: Paper, transaction: Transaction, day: Day) -> float:
    if not transaction.accounts or not paper.accounts:
        return 0.0
    scores = sorted((_best(s, transaction.accounts, day, "account") for s in paper.accounts), reverse=True)
    if scores[0] <= 0:
        return scores[0]
    return scores[0] + sum(score / 2 if score > 0 else _OTHER_PARTY for score in scores[1:])


def _amount(said: Said, transaction: Transaction, day: Day) -> float:
    """Round amounts have many neighbours, so that one that merely resembles the journal's is no proof."""
    if said.value in transaction.amounts:
        return _best(said, [said.value], day, "amount")
    if said.accepted:
        return max((agreement(said.value, true, 0.0, True) for true in transaction.amounts), default=0.0)
    near = max((agreement(said.value, true, 4.0, False) for true in transaction.amounts), default=0.0)
    return max(near, DOUBTFUL_DIFFERENT)


def _names(paper: Paper, transaction: Transaction, day: Day) -> float:
    if not transaction.names or not paper.names:
        return 0.0
    best = max(_best(s, transaction.names, day, "name") for s in paper.names)
    return max(best, _OTHER_NAME)


def _numbers(paper: Paper, transaction: Transaction, day: Day) -> float:
    said = paper.voucher_no
    if said is None or not transaction.voucher_nos:
        return 0.0
    for true in transaction.voucher_nos:
        if min(len(true), len(said.value)) >= 6 and (true.endswith(said.value) or said.value.endswith(true)):
            return day.rarity("number", true)
    return max(_best(said, transaction.voucher_nos, day, "number"), _OTHER_NUMBER)


def _journal_no(paper: Paper, place: int, day: Day) -> float:
    said = paper.journal_no
    if said is None:
        return 0.0
    if said.value == day.journal_nos[place]:
        return 10.0 if said.accepted else 6.0
    return max(agreement(said.value, day.journal_nos[place], 5.0, said.accepted), DIFFERENT)


def _pair(paper: Paper, at: int, place: int, day: Day) -> Pair:
    transaction = day.transactions[place]
    amounts = [_amount(said, transaction, day) for said in paper.amounts]
    amount = max(amounts, default=0.0)
    others = (
        _accounts(paper, transaction, day),
        _names(paper, transaction, day),
        _numbers(paper, transaction, day),
        _journal_no(paper, place, day),
    )
    by_number = others[2] > 0 or others[3] > 0
    differs = any(said.accepted for said in paper.amounts) and amount < 0
    amount_only = not any(score > 0 for score in others)
    allowed = not amount_only and (by_number or not differs)
    return Pair(at, place, amount + sum(others), amount_only, allowed)


def _possible(pair: Pair, paper: Paper, day: Day) -> bool:
    """Paper that moves no money belongs to a transaction only by a number, or by an account that has no amount."""
    if paper.moves_money:
        return True
    said = {s.value for s in paper.amounts}
    amounts = day.transactions[pair.transaction].amounts
    by_number = _numbers(paper, day.transactions[pair.transaction], day) > 0
    by_journal = _journal_no(paper, pair.transaction, day) > 0
    return by_number or by_journal or bool(amounts & (said | {"0.00"}))


def _unambiguous(pairs: Sequence[Pair], papers: Sequence[Paper], day: Day) -> list[Pair]:
    """Without the pairs for which only an amount speaks that another transaction or another such paper says too."""
    lone: Mapping[str, int] = Counter(
        value for at in {p.paper for p in pairs if p.amount_only} for value in {s.value for s in papers[at].amounts}
    )

    def clear(pair: Pair) -> bool:
        shared = {s.value for s in papers[pair.paper].amounts} & day.transactions[pair.transaction].amounts
        return bool(shared) and all(len(day.sharing("amount", v)) == 1 and lone[v] == 1 for v in shared)

    return [pair for pair in pairs if not pair.amount_only or clear(pair)]


def pairs_of(transactions: Sequence[Transaction], papers: Sequence[Paper]) -> list[Pair]:
    """Every paper with every transaction that it may belong to, scored; pairs that share nothing are left out, and so
    are those that only an ambiguous amount speaks for."""
    day = Day(transactions)
    scored = [
        _pair(papers[at], at, place, day)
        for at, places in enumerate(_candidates(day, papers))
        for place in sorted(places)
    ]
    possible = [pair for pair in scored if _possible(pair, papers[pair.paper], day)]
    return _unambiguous(possible, papers, day)
