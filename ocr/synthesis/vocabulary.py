"""The words that demo vouchers are filled with (vocabulary.yaml): names, places, banks, purposes."""

from __future__ import annotations

from importlib.resources import files

import yaml


def _load() -> dict[str, tuple[str, ...]]:
    """Each list of words by name; `…_chars` are lists of single characters."""
    raw: dict[str, str] = yaml.safe_load(files(__package__).joinpath("vocabulary.yaml").read_text("utf-8"))
    return {name: tuple(text) if name.endswith("_chars") else tuple(text.split()) for name, text in raw.items()}


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
