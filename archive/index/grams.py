"""Text as the indexes see it: normalised, and cut so that a phrase of tokens is exactly a piece of the text."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise, product

BREAK = "|"  # stands for punctuation, the end of a line, and space between words or numbers
_CJK = (
    "\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\U00020000-\\U0003ffff"
)
_GAP = rf"(?:[^\w{_CJK}]|_)"
_HARD_GAP = re.compile(rf"[ \t]*(?![ \t]){_GAP}{_GAP}*")
_PARTING_SPACE = re.compile(rf"(?<=[^{_CJK} \t])[ \t]+(?=[^{_CJK} \t])")
_SPACE = re.compile(r"[ \t]+")
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<gap>\{BREAK}+)|(?P<word>[^{_CJK}{BREAK}]+)")
_WORD = re.compile(rf"[^{_CJK}{BREAK}]+")
_HANZI = re.compile(rf"[{_CJK}]+")
GRAM = 3
EDGE = 6
_ALIKE = ("0odq", "17il", "2z", "38b", "49", "5s", "6g")
_FOLD = {ord(char): alike[0] for alike in _ALIKE for char in alike}
_LONGEST_WORD = 128  # of which a beginning is compared


def normalise(text: str) -> str:
    """NFKC, case folded, letters and digits only: space is dropped unless it parts two words or numbers, and what
    else there is becomes one BREAK. A term is found in a text exactly if its normalised form is part of the text's."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    parted = _PARTING_SPACE.sub(BREAK, _HARD_GAP.sub(BREAK, folded))
    return _SPACE.sub("", parted).strip(BREAK)


def runs(normal: str) -> list[tuple[str, str]]:
    """The stretches of one kind (`cjk`, `word` or `gap`) of a normalised text, in order."""
    return [(str(found.lastgroup), found[0]) for found in _RUN.finditer(normal)]


def grams(normal: str) -> list[str]:
    """One token a character, but for the last two: the three characters that begin there."""
    return list(map("".join, zip(normal, normal[1:], normal[2:], strict=False)))


def pairs(normal: str) -> set[str]:
    """Every two characters that stand together."""
    return set(map("".join, pairwise(normal)))


def words(normal: str) -> list[str]:
    """The numbers and words that are not Chinese, whole."""
    found: list[str] = _WORD.findall(normal)
    return found


def hanzi(normal: str) -> list[str]:
    """The stretches of Chinese characters, whole."""
    found: list[str] = _HANZI.findall(normal)
    return found


def beginnings(normal: str) -> set[str]:
    """The words, and what each begins with, up to EDGE characters: a short prefix is then a token of its own."""
    found = [word[:_LONGEST_WORD] for word in words(normal)]
    return {word[:length] for word in found for length in range(1, min(EDGE, len(word)) + 1)}.union(found)


def prefix(term: str) -> str | None:
    """The beginning of a number or word that a term like `6222*` asks for; None where it is no such term."""
    if not term.endswith("*"):
        return None
    normal = normalise(term)
    stretches = runs(normal)
    return normal[:_LONGEST_WORD] if len(stretches) == 1 and stretches[0][0] == "word" else None


def fold(normal: str) -> str:
    """A normalised text with one character for each class of those that OCR takes for each other: 0 O D Q, 1 7 I L,
    2 Z, 3 8 B, 4 9, 5 S, 6 G. They are the likeliest of `supervision.likelihood`'s pairs that do not run together: with
    all of them (6-8, 0-6, 5-6, 8-9, …) there were two classes, and most numbers alike."""
    return normal.translate(_FOLD)


def unfolded(normal: str) -> list[str]:
    """Every text that folds to the same; for short ones only, as there are up to four for each character."""
    classes = {alike[0]: alike for alike in _ALIKE}
    return ["".join(chars) for chars in product(*(classes.get(char, char) for char in fold(normal)))]


def folded(normal: str) -> str:
    """The numbers and words, folded, with a BREAK between them."""
    return fold(BREAK.join(words(normal)))


def joined(texts: list[str]) -> str:
    """Texts as one, in normal form, with a BREAK between them so that nothing is found across."""
    return normalise("\n".join(texts))
