"""Known forms kept: every version with who learned it and who approved it; only approved ones are read by."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocr.known.adjust import adjusted, misplaced
from ocr.known.files import dump, load
from ocr.known.learn import renumbered
from ocr.known.model import KnownForm, Rect

from .catalogue.engine import Transaction
from .errors import Conflict, Invalid, NotFound

LIST = "forms"  # the setting that lists all versions; each has its content in a setting of its own
PROPOSED, APPROVED = "proposed", "approved"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """One version of a form in the parameter centre: who learned it and when, and who approved it (empty: nobody yet).
    `accuracy` holds the shares that learning measured on samples left out."""

    name: str
    version: int
    type: str
    samples: int
    learned_by: str
    learned_at: str
    approved_by: str = ""
    approved_at: str = ""
    accuracy: Mapping[str, float] | None = None

    @property
    def state(self) -> str:
        return APPROVED if self.approved_by else PROPOSED


def kept_forms(tx: Transaction) -> list[KeptForm]:
    """All versions of all forms, the newest of each form last."""
    return [KeptForm(**said) for said in tx.settings.get(LIST, [])]


def propose(tx: Transaction, form: KnownForm, actor: str) -> KeptForm:
    """Keeps a form as the next version of its name; it is not read by before a second person approves it."""
    older = [each.version for each in kept_forms(tx) if each.name == form.name]
    version = max(older, default=0) + 1
    text, template = dump(renumbered(form, version))
    tx.settings.put(_key(form.name, version), {"yaml": text, "template": base64.b64encode(template).decode("ascii")})
    kept = KeptForm(form.name, version, form.type, form.samples, actor, _now(), accuracy=dict(form.accuracy))
    _put(tx, [*kept_forms(tx), kept])
    tx.events.add("form.learned", actor, detail={"form": form.name, "version": version, "samples": form.samples})
    return kept


def approve(tx: Transaction, name: str, version: int, actor: str) -> KeptForm:
    """A second person approves a version; from then on pages are read by it. NotFound where there is none, Conflict
    where it is approved already or `actor` learned it."""
    kept = find_kept(tx, name, version)
    if kept.approved_by:
        raise Conflict(f"version {version} of the form {name} was approved by {kept.approved_by}")
    if kept.learned_by == actor:
        raise Conflict(f"{actor} learned version {version} of the form {name}; a second person must approve it")
    said = {**_said(kept), "approved_by": actor, "approved_at": _now()}
    approved = KeptForm(**said)
    _put(tx, [approved if (e.name, e.version) == (name, version) else e for e in kept_forms(tx)])
    tx.events.add("form.approved", actor, detail={"form": name, "version": version, "learned_by": kept.learned_by})
    return approved


def find_kept(tx: Transaction, name: str, version: int | None = None) -> KeptForm:
    """A version of a form, the newest without a version. NotFound where there is none."""
    mine = [each for each in kept_forms(tx) if each.name == name and version in {None, each.version}]
    if not mine and version is not None:
        raise NotFound(f"there is no version {version} of a form called {name}; look in the list of forms")
    if not mine:
        raise NotFound(f"there is no form called {name}; look in the list of forms")
    return max(mine, key=lambda each: each.version)


def content(tx: Transaction, name: str, version: int) -> tuple[str, bytes]:
    """A version's YAML and template (PNG). NotFound where there is none."""
    said = tx.settings.get(_key(name, version))
    if said is None:
        raise NotFound(f"there is no version {version} of a form called {name}; look in the list of forms")
    return str(said["yaml"]), base64.b64decode(said["template"])


def known_form(tx: Transaction, name: str, version: int) -> KnownForm:
    """A version as it is read by. NotFound where there is none."""
    return load(*content(tx, name, version))


def adjust(tx: Transaction, name: str, version: int, boxes: Mapping[str, Rect], actor: str) -> KeptForm:
    """Keeps a version with other boxes (mm) for its zones as the next version of the form; a field without a box loses
    its zone. NotFound where there is none, Invalid where a box does not lie on the form."""
    form = known_form(tx, name, version)
    bad = misplaced(form, boxes)
    if bad:
        width, height = form.size
        said = f"the box must lie on the form, {width} by {height} mm, and be 1.5 mm wide and high at least"
        raise Invalid(bad, said)
    if not boxes:
        raise Invalid("zones", f"a form needs a zone; version {version} of the form {name} would have none")
    return propose(tx, adjusted(form, boxes), actor)


def in_force(tx: Transaction) -> tuple[KnownForm, ...]:
    """The forms that pages are read by: of each name the newest version that was approved."""
    newest: dict[str, KeptForm] = {}
    for each in kept_forms(tx):
        if each.approved_by and each.version > (newest[each.name].version if each.name in newest else 0):
            newest[each.name] = each
    return tuple(load(*content(tx, each.name, each.version)) for each in newest.values())


def stamp_of(tx: Transaction) -> tuple[tuple[str, int, str], ...]:
    """What is in force, in short: it changes where another form or version is approved."""
    return tuple((each.name, each.version, each.approved_at) for each in kept_forms(tx) if each.approved_by)


def _key(name: str, version: int) -> str:
    return f"form/{name}/{version}"


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _said(kept: KeptForm) -> dict[str, Any]:
    names = ("name", "version", "type", "samples", "learned_by", "learned_at", "approved_by", "approved_at")
    return {name: getattr(kept, name) for name in names} | {"accuracy": dict(kept.accuracy or {})}


def _put(tx: Transaction, forms: list[KeptForm]) -> None:
    tx.settings.put(LIST, [_said(each) for each in forms])
