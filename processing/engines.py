"""The OCR engine that an installation chose, made alike for its workers, for evaluation and for learning forms."""

from __future__ import annotations

from inspect import Parameter, signature

from ocr.engines import installed, load
from ocr.model import Engine


def open_engine(
    name: str, *, cache: str = "", full_text: bool = False, languages: str = "", ready: bool = False
) -> Engine:
    """The engine of that name with what it takes of the settings: one without networks has no `cache`, one that reads
    all text in any case no `full_text`, and `rapid` no `languages`. One that is to read many
    pages is made `ready` for them. EngineError where it cannot work here."""
    said = {"cache": cache, "full_text": full_text, "languages": languages, "ready": ready}
    return load(name, **{option: value for option, value in said.items() if value and _takes(name, option)})


def _takes(name: str, option: str) -> bool:
    """Whether the engine of that name is made with such an option; no engine takes any where none has the name."""
    entry = next((entry for entry in installed() if entry.name == name), None)
    found = {} if entry is None else signature(entry.load()).parameters
    return option in found or any(each.kind is Parameter.VAR_KEYWORD for each in found.values())
