"""Vote: values of which two readings differ, read again in other ways until one says what another said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from imaging.model import Pixels
from ocr.extract.found import Candidate, Found
from ocr.extract.reread import candidates
from ocr.forms import FieldDef
from ocr.model import Engine

_FEW = 0.6  # a character less sure than that in the only reading is as good as differing


def voted(
    found: Sequence[Found],
    fields: Mapping[str, FieldDef],
    streams: Sequence[Pixels],
    engine: Engine,
) -> list[Found]:
    """The values after those of which two readings differ were read on `streams` too: what most of them say stands, the
    former choice among equals. That they differed stays as evidence."""
    doubtful = [each for each in found if _is_doubtful(each)]
    if not doubtful:
        return list(found)
    read: dict[str, list[Candidate]] = {each.field: [] for each in doubtful}
    for pixels in streams:
        for each, candidate in zip(doubtful, candidates(doubtful, fields, pixels, engine), strict=True):
            if candidate is not None:
                read[each.field].append(candidate)
    return [_chosen(each, read[each.field]) if each.field in read else each for each in found]


def _is_doubtful(found: Found) -> bool:
    evidence = found.evidence
    return bool(found.lines) and (found.other is not None or evidence.again < 0 or 0 < evidence.least < _FEW)


def _chosen(found: Found, more: Sequence[Candidate]) -> Found:
    """The value that most readings say, with the surest of those."""
    own = Candidate(found.value, found.raw, found.evidence.least, found.evidence.mean)
    ballot = [own, *([found.other] if found.other else []), *more]
    votes = Counter(each.value.value for each in ballot)
    most = max(votes.values())
    if most == 1 and len(ballot) > 2:
        return _mixed(found, ballot)
    if votes[found.value.value] == most:
        return found
    winners = [each for each in ballot if votes[each.value.value] == most]
    best = max(winners, key=lambda each: each.mean)
    doubted = replace(found.evidence, again=-1.0, least=best.least, mean=best.mean)
    return replace(found, value=best.value, raw=best.raw, evidence=doubted, confidences=())


def _mixed(found: Found, ballot: Sequence[Candidate]) -> Found:
    """The value with what most readings say in each place, where all differ and are equally long: each misread another
    character."""
    if len({len(each.value.value) for each in ballot}) > 1 or found.value.numeric is not None:
        return found
    text = ""
    for place, char in enumerate(found.value.value):
        most, votes = Counter(each.value.value[place] for each in ballot).most_common(1)[0]
        text += most if 2 * votes > len(ballot) else char
    return found if text == found.value.value else replace(found, value=replace(found.value, value=text, repaired=True))
