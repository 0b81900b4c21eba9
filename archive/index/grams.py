"""Text as the indexes see it: normalised, and cut so that a phrase of tokens is exactly a piece of the text."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

BREAK = "|"  # stands for punctuation, the end of a line, and space between words or numbers
_CJK = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WIDTH = {"cjk": 2, "word": 3, BREAK: 1}


def _kind(character: str) -> str:
    if _CJK.match(character):
        return "cjk"
    if character.isalnum():
        return "word"
    return "space" if character in " \t\u3000" else BREAK


def normalise(text: str) -> str:
    """NFKC, case folded, letters and digits only: space is dropped unless it parts two words or numbers, and what
    else there is becomes one BREAK. A term is found in a text exactly if its normalised form is part of the text's."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    found: list[str] = []
    last, gap = BREAK, ""
    for character in folded:
        kind = _kind(character)
        if kind in {"space", BREAK}:
            gap = BREAK if BREAK in (kind, gap) else "space"
            continue
        if gap == BREAK or (gap and last == kind == "word"):
            found.append(BREAK)
        found.append(character)
        last, gap = kind, ""
    return "".join(found).strip(BREAK)


def runs(normal: str) -> list[tuple[str, str]]:
    """The stretches of one kind (`cjk`, `word` or BREAK) of a normalised text, in order."""
    if not normal:
        return []
    kinds = [_kind(character) for character in normal]
    ends = [place for place, (one, two) in enumerate(pairwise(kinds), start=1) if one != two]
    return [(kinds[start], normal[start:end]) for start, end in pairwise([0, *ends, len(normal)])]


def grams(normal: str) -> list[str]:
    """One token a character: the two Chinese or three other characters that begin there, fewer at a stretch's end."""
    found: list[str] = []
    for kind, run in runs(normal):
        width = _WIDTH[kind]
        found += [run[start : start + width] for start in range(len(run))]
    return found


def phrase(normal: str) -> tuple[bool, list[str]]:
    """The tokens that must follow each other where a text holds this piece, and whether they are grams; else they are
    single characters, for a piece that is too short for grams or of mixed kinds."""
    stretches = runs(normal)
    if len(stretches) == 1 and len(normal) >= _WIDTH[stretches[0][0]]:
        width = _WIDTH[stretches[0][0]]
        return True, [normal[start : start + width] for start in range(len(normal) - width + 1)]
    return False, list(normal)


def words(normal: str) -> list[str]:
    """The numbers and words that are not Chinese, whole: what a prefix is a prefix of."""
    return [run for kind, run in runs(normal) if kind == "word"]


def prefix(term: str) -> str | None:
    """The beginning of a number or word that a term like `6222*` asks for; None where it is no such term."""
    if not term.endswith("*"):
        return None
    normal = normalise(term)
    stretches = runs(normal)
    return normal if len(stretches) == 1 and stretches[0][0] == "word" else None


def joined(texts: list[str]) -> str:
    """Texts as one, in normal form, with a BREAK between them so that nothing is found across."""
    return BREAK.join(normal for normal in map(normalise, texts) if normal)
