"""The words that demo vouchers are filled with (vocabulary.yaml): names, places, banks, purposes."""

from __future__ import annotations

from importlib.resources import files

from ocr import yamltext


def _split(name: str, text: str) -> tuple[str, ...]:
    """`text` by character, line or word, as the list's name ends."""
    if name.endswith("_chars"):
        return tuple(text)
    return tuple(text.splitlines() if name.endswith("_lines") else text.split())


def _load() -> dict[str, tuple[str, ...]]:
    """Each list of words by name; `…_chars` are single characters, `…_lines` whole lines."""
    raw: dict[str, str] = yamltext.load(files(__package__).joinpath("vocabulary.yaml").read_text("utf-8"))
    return {name: _split(name, text) for name, text in raw.items()}


_WORDS = _load()
SURNAMES = _WORDS["surnames_chars"]
COMPOUND_SURNAMES = _WORDS["compound_surnames"]
GIVEN = _WORDS["given_chars"]
RARE_GIVEN = _WORDS["rare_given_chars"]
CITIES = _WORDS["cities"]
DISTRICTS = _WORDS["districts"]
BANKS = _WORDS["banks"]
TRADES = _WORDS["trades"]
BRANDS = _WORDS["brands"]
COMPANY_TAILS = _WORDS["company_tails"]
INSTITUTIONS = _WORDS["institutions"]
PURPOSES = _WORDS["purposes"]
CASH_SOURCES = _WORDS["cash_sources"]
CLOSING_REASONS = _WORDS["closing_reasons"]
AUTHORITIES = _WORDS["authorities"]
SLIP_SUMMARIES = _WORDS["slip_summaries"]
COURT_CODES = _WORDS["court_codes"]
AREAS = _WORDS["areas"]
CONTRACT = _WORDS["contract_lines"]
