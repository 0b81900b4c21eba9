"""How many errors what stands without a person may hold, by kind of value: a parameter that two people set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocr.calibration import ACCEPT_ERROR
from ocr.forms import catalogue

from .catalogue.engine import Transaction
from .errors import Conflict, Invalid, NotFound

NAME = "accept_error"  # the setting with every version, the newest last
MOST = 0.05  # no bank takes more


@dataclass(frozen=True, slots=True)
class AcceptError:
    """One version of the parameter: the share of accepted values that may be wrong by kind (`default` for all others),
    who proposed it and who approved it (empty: nobody yet)."""

    version: int
    shares: Mapping[str, float]
    proposed_by: str
    proposed_at: str
    approved_by: str = ""
    approved_at: str = ""


def versions(tx: Transaction) -> list[AcceptError]:
    """Every version that was proposed, the newest last."""
    return [AcceptError(**said) for said in tx.settings.get(NAME, [])]


def accept_error(tx: Transaction) -> Mapping[str, float]:
    """The shares in force: those of the newest version that was approved over those that the package carries."""
    approved = [each for each in versions(tx) if each.approved_by]
    return {**ACCEPT_ERROR, **(approved[-1].shares if approved else {})}


def propose(tx: Transaction, shares: Mapping[str, float], actor: str) -> AcceptError:
    """Keeps shares as the next version; pages are read by them once a second person approves. Invalid for a kind that
    the catalogue does not know and for a share outside 0 to MOST."""
    for kind, share in shares.items():
        if kind not in _kinds():
            raise Invalid(NAME, f"{kind} is no kind of value; choose from {', '.join(sorted(_kinds()))}")
        if not 0 < share <= MOST:
            raise Invalid(NAME, f"{kind}: {share} is no share of errors above 0 and up to {MOST}")
    kept = versions(tx)
    made = AcceptError(len(kept) + 1, {**accept_error(tx), **shares}, actor, _now())
    _put(tx, [*kept, made])
    tx.events.add("parameter.proposed", actor, detail={"parameter": NAME, "version": made.version})
    return made


def approve(tx: Transaction, actor: str) -> AcceptError:
    """A second person approves the newest version. NotFound where none waits, Conflict where `actor` proposed it."""
    kept = versions(tx)
    if not kept or kept[-1].approved_by:
        raise NotFound("no share of errors waits for approval; propose one first")
    if kept[-1].proposed_by == actor:
        raise Conflict(f"{actor} proposed these shares of errors; a second person must approve them")
    made = AcceptError(**{**_said(kept[-1]), "approved_by": actor, "approved_at": _now()})
    _put(tx, [*kept[:-1], made])
    tx.events.add("parameter.approved", actor, detail={"parameter": NAME, "version": made.version})
    return made


def _kinds() -> frozenset[str]:
    return frozenset({"default", *(field.kind for field in catalogue().fields.values())})


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _said(each: AcceptError) -> dict[str, Any]:
    names = ("version", "proposed_by", "proposed_at", "approved_by", "approved_at")
    return {name: getattr(each, name) for name in names} | {"shares": dict(each.shares)}


def _put(tx: Transaction, kept: list[AcceptError]) -> None:
    tx.settings.put(NAME, [_said(each) for each in kept])
