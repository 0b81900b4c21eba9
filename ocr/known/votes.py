"""Votes: what independent readings of one value say: two networks, two margins, and where they differ a third."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ocr.extract.found import Found

_TWO_OF_THREE = 0.01  # the certainty of a value that two of three readings say


def agreed(first: Mapping[str, Found], second: Mapping[str, Found], names: Collection[str]) -> dict[str, Found | None]:
    """The values of some fields on which two readings agree, as the second, the better one, says them; None where they
    do not. Other fields have their first reading alone."""
    found: dict[str, Found | None] = {name: each for name, each in first.items() if name not in names}
    for name in sorted(names):
        other, best = first.get(name), second.get(name)
        same = best is not None and other is not None and best.value.value == other.value.value
        sound = best is not None and not best.value.repaired and best.value.proved is not False
        found[name] = _sure(best, other) if best and other and same and sound else None
    return found


def _sure(mine: Found, other: Found) -> Found:
    evidence = replace(mine.evidence, again=max(_TWO_OF_THREE, other.evidence.least))
    return replace(mine, evidence=evidence)


def voted(
    first: Mapping[str, Found], second: Mapping[str, Found], third: Mapping[str, Found], names: Sequence[str]
) -> dict[str, Found | None]:
    """The values that most of three readings say; where all differ the one that proves itself or needs no mending,
    else the best reading's, marked as differing. The last two are the better ones."""
    return {name: _vote([each[name] for each in (second, third, first) if name in each]) for name in names}


def _vote(told: Sequence[Found]) -> Found | None:
    if not told:
        return None
    for number, each in enumerate(told):
        mates = [other for other in told[number + 1 :] if other.value.value == each.value.value]
        if mates:
            best = min((each, *mates), key=lambda found: (found.value.repaired, found.value.proved is False))
            again = max(_TWO_OF_THREE, min(mate.evidence.least for mate in mates)) if len(mates) > 1 else _TWO_OF_THREE
            return replace(best, evidence=replace(best.evidence, again=again))
    best = min(told, key=_unsound)
    return replace(best, evidence=replace(best.evidence, again=-1.0 if len(told) > 1 else 0.0))


def _unsound(found: Found) -> tuple[bool, bool, bool, float]:
    value = found.value
    return value.proved is False, value.proved is not True, value.repaired, round(found.evidence.misfit, 1)
