"""Votes: what independent readings of one value say: two networks, two margins, and where they differ a third."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ocr.extract.found import Found
from ocr.forms import catalogue
from ocr.known.values import DIGITS

_UNSURE, _SURE_DIGITS = 0.7, 0.98
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


def unsure(found: Mapping[str, Found | None], names: Collection[str]) -> list[str]:
    """The fields of which two readings agree with a character that neither of them is sure of, or of digits, that one
    is not quite sure of: an 8 whose left side was bleached is a 3 to both."""
    return [name for name in sorted(names) if (each := found.get(name)) and _is_unsure(each)]


def _is_unsure(found: Found) -> bool:
    sure = found.evidence.least, found.evidence.again
    digits = catalogue().fields[found.field].kind in DIGITS
    return max(sure) < _UNSURE or (digits and min(sure) < _SURE_DIGITS and found.evidence.again > _TWO_OF_THREE)


def outvoted(
    found: Mapping[str, Found | None], readings: Sequence[Mapping[str, Found]], bare: Sequence[Mapping[str, Found]]
) -> dict[str, Found]:
    """The values under stamps that most of all `readings` say, the last of which, `bare`, saw the stamps too; of two
    that as many say the one read more surely. What was found before stands where they say the same, and one of `bare`
    too; else it counts as outvoted."""
    made: dict[str, Found] = {}
    for name in sorted({name for each in bare for name in each}):
        told = [each[name] for each in reversed(readings) if name in each]
        groups = [[each for each in told if _characters(each) == _characters(one)] for one in told]
        most = max(groups, key=lambda mates: (_is_sound(mates), len(mates), max(each.evidence.least for each in mates)))
        best, before = _whole(most), found.get(name)
        seen = any(_characters(each[name]) == _characters(best) for each in bare if name in each)
        if before is None or before.value.value != best.value.value or not (seen or before.evidence.again < 0):
            made[name] = replace(best, evidence=replace(best.evidence, again=_TWO_OF_THREE if len(most) > 1 else -1.0))
    return made


def _characters(found: Found) -> str:
    """What was read but for the signs between, which are specks too."""
    return "".join(char for char in found.raw if char.isalnum())


def _is_sound(mates: Sequence[Found]) -> bool:
    return any(each.value.proved is not False and not each.value.repaired for each in mates)


def _whole(mates: Sequence[Found]) -> Found:
    """Of readings of the same digits the one with its point, else the first that is sound."""
    point = catalogue().fields[mates[0].field].kind == "amount"
    return min(mates, key=lambda each: (point and "." not in each.raw, not _is_sound([each])))
