"""The words of the screens: gettext catalogues by Babel, compiled in memory when first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.said import told

LANGUAGES = ("zh_CN", "en")
DOMAINS = ("messages", "errors")
LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Words:
    """Calling it with a msgid returns the text of its language, `{name}` parts filled from the keywords."""

    language: str
    catalogue: GNUTranslations

    def __call__(self, msgid: str, **values: object) -> str:
        text = self.catalogue.gettext(msgid) if msgid else ""
        return text.format(**values) if values else text

    def has(self, msgid: str) -> bool:
        """Whether the catalogue names this msgid (a message made at run time may not be in it)."""
        return self.catalogue.gettext(msgid) != msgid or msgid in known(self.language)

    def first(self, msgids: Iterable[str], otherwise: str = "") -> str:
        """The text of the first msgid that the catalogue names."""
        return next((self(m) for m in msgids if self.has(m)), otherwise)

    def told(self, text: str) -> str:
        """A message of the domain, such as an error's or a stored fault, with its values."""
        return told(self, text, errors())

    @property
    def html(self) -> str:
        """The value of the `lang` attribute: it chooses the Han glyphs."""
        return "zh-Hans-CN" if self.language == "zh_CN" else "en"


def read(language: str, *domains: str) -> Catalog:
    """The catalogue of a language as its .po files stand: the words of the screens, and what the domain says."""
    found = Catalog(language)
    for domain in domains or DOMAINS:
        with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            for message in read_po(file, locale=language):
                found[message.id] = message
    return found


@cache
def words(language: str) -> Words:
    """The words of a language; one that is not kept reads as Chinese."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    compiled = BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    return Words(language, GNUTranslations(compiled))


@cache
def errors() -> frozenset[str]:
    """The messages of the domain."""
    return frozenset(str(message.id) for message in read(LANGUAGES[0], "errors") if message.id)


@cache
def known(language: str) -> frozenset[str]:
    """The msgids of a language."""
    return frozenset(str(message.id) for message in read(language) if message.id)


def preferred(header: str) -> str:
    """The kept language that an Accept-Language header asks for first; Chinese where it asks for neither."""
    asked = [part.split(";")[0].strip().lower() for part in header.split(",")]
    firsts = [tag.split("-")[0] for tag in asked if tag.split("-")[0] in ("zh", "en")]
    return "en" if firsts[:1] == ["en"] else "zh_CN"
