"""Text as the indexes see it: normalised, and cut so that a phrase of tokens is exactly a piece of the text."""

from __future__ import annotations

import re
import unicodedata

BREAK = "|"  # stands for punctuation, the end of a line, and space between words or numbers
_CJK = (
    "\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\U00020000-\\U0003ffff"
)
_GAP = re.compile(rf"(?:(?![{_CJK}])[\W_])+")
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<gap>\{BREAK}+)|(?P<word>[^{_CJK}{BREAK}]+)")
_CHINESE = re.compile(f"[{_CJK}]")
EDGE = 6
_WIDTH = {"cjk": 2, "word": 3, "gap": 1}


def _narrow(gap: re.Match[str]) -> str:
    """What stays of a gap: nothing of mere space, unless it parts two words or numbers."""
    if gap[0].strip(" \t"):
        return BREAK
    around = gap.string[gap.start() - 1 : gap.start()] + gap.string[gap.end() : gap.end() + 1]
    return BREAK if len(around) == 2 and not _CHINESE.search(around) else ""


def normalise(text: str) -> str:
    """NFKC, case folded, letters and digits only: space is dropped unless it parts two words or numbers, and what
    else there is becomes one BREAK. A term is found in a text exactly if its normalised form is part of the text's."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _GAP.sub(_narrow, folded).strip(BREAK)


def runs(normal: str) -> list[tuple[str, str]]:
    """The stretches of one kind (`cjk`, `word` or `gap`) of a normalised text, in order."""
    return [(str(found.lastgroup), found[0]) for found in _RUN.finditer(normal)]


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
    """The numbers and words that are not Chinese, whole."""
    return [run for kind, run in runs(normal) if kind == "word"]


def beginnings(normal: str) -> set[str]:
    """The words, and what each begins with, up to EDGE characters: a short prefix is then a token of its own."""
    found = words(normal)
    return {word[:length] for word in found for length in range(1, min(EDGE, len(word)) + 1)}.union(found)


def prefix(term: str) -> str | None:
    """The beginning of a number or word that a term like `6222*` asks for; None where it is no such term."""
    if not term.endswith("*"):
        return None
    normal = normalise(term)
    stretches = runs(normal)
    return normal if len(stretches) == 1 and stretches[0][0] == "word" else None


def joined(texts: list[str]) -> str:
    """Texts as one, in normal form, with a BREAK between them so that nothing is found across."""
    return normalise("\n".join(texts))
