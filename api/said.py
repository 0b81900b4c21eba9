"""What the domain says, in a language: its English messages are found by their templates, the values kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.i18n import Words

_PLACE = re.compile(r"\{(\w+)\}")
_NAMED = re.compile(r"([\w.:@-]+): (.+)", re.DOTALL)
_CLASS = re.compile(r"[A-Z][A-Za-z]+")
_LIST = "; "
_HELD = {"n": r"[\d,.]+", "m": r"[\d,.]+", "value": r"""'.*'|".*"|[^\s'"]+"""}


@dataclass(frozen=True, slots=True)
class Template:
    """A message with places. `{n}` and `{m}` stand for numbers, `{value}` for what was typed, in quotes or without
    spaces, `{said}`, `{said_next}` for messages. Any value is shown by its word where the catalogue has one for
    `place.value` (`{role}`: role.keyer), else as it is."""

    msgid: str
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, msgid: str) -> Template:
        pieces = _PLACE.split(msgid)
        held = [re.escape(one) if at % 2 == 0 else _held(one) for at, one in enumerate(pieces)]
        return cls(msgid, re.compile("".join(held), re.DOTALL))


def _held(place: str) -> str:
    return f"(?P<{place}>{_HELD.get(place, '.+?')})"


@cache
def templates(msgids: frozenset[str]) -> tuple[Template, ...]:
    """The msgids that are whole messages with places, those with the most words of their own first."""
    found = [one for one in msgids if "{" in one and " " in one]
    return tuple(Template.of(one) for one in sorted(found, key=lambda one: (-len(_PLACE.sub("", one)), one)))


def told(say: Words, text: str, msgids: frozenset[str]) -> str:
    """A message of the domain as it was said, in the language of `say`; one that is none of `msgids` stays."""
    return _Said(say, msgids).told(text, strict=False) or text


@dataclass(frozen=True, slots=True)
class _Said:
    """The messages that the domain may say, and a language for them."""

    say: Words
    msgids: frozenset[str]

    def told(self, text: str, *, strict: bool) -> str | None:
        """None where it is no known message; where `strict`, nor one whose parts are."""
        if text in self.msgids:
            return self.say(text)
        for template in templates(self.msgids):
            match = template.pattern.fullmatch(text)
            values = self._values(match, strict=strict) if match else None
            if values is not None:
                return self.say(template.msgid, **values)
        return self._named(text, strict=strict)

    def _values(self, match: re.Match[str], *, strict: bool) -> dict[str, str] | None:
        values: dict[str, str] = {}
        for place, value in match.groupdict().items():
            values[place] = self.say.first((f"{place}.{value}",), value)
            if place.startswith("said"):
                parts = self._several(value)
                if parts is None and strict:
                    return None
                values[place] = parts or value
        return values

    def _several(self, text: str) -> str | None:
        """Messages behind each other; each is the shortest run of pieces that is one."""
        pieces, found, start = text.split(_LIST), list[str](), 0
        while start < len(pieces):
            runs = ((end, _LIST.join(pieces[start:end])) for end in range(start + 1, len(pieces) + 1))
            known = next(((end, one) for end, run in runs if (one := self.told(run, strict=True)) is not None), None)
            if known is None:
                return None
            start = known[0]
            found.append(known[1])
        return self.say("; ").join(found)

    def _named(self, text: str, *, strict: bool) -> str | None:
        """A message behind the name of the field or the file that it is about, or behind its error's class."""
        match = _NAMED.fullmatch(text)
        inner = self.told(match[2], strict=strict) if match else None
        if match is None or inner is None:
            return None
        if _CLASS.fullmatch(match[1]):
            return inner
        name = self.say.first((f"input.{match[1]}", f"field.{match[1]}"), match[1])
        return self.say("{name}: {what}", name=name, what=inner)
