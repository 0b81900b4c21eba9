"""Sealing: a teller's day that balances, or whose cases explain the rest, is frozen under the hash of its manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from archive.catalogue.balances import Balances
from archive.catalogue.engine import Transaction
from archive.errors import Conflict, DaySealed, NotFound
from archive.model import BatchState, Person, SealedDay, TellerDay
from archive.vault import Archive
from supervision.balance import balance_in
from supervision.cases import explain_gaps, require_right, require_scope, said
from supervision.gaps import READING, RECEIVED, Gap
from supervision.journal import sha256_of
from supervision.manifest import manifest_of, packed
from supervision.matching import refresh

_TRIES = 5
_SHOWN = 5


class Unbalanced(Conflict):
    """A day that does not balance cannot be sealed; `gaps` lists what is missing, and the message says it."""

    def __init__(self, day: TellerDay, gaps: Sequence[Gap]) -> None:
        counts = Counter(gap.kind for gap in gaps)
        kinds = ", ".join(f"{kind} {count}" for kind, count in counts.items())
        shown = "; ".join(gap.detail for gap in gaps[:_SHOWN])
        more = f"; and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
        what = "wait for the pages to be read" if counts.keys() <= {RECEIVED, READING} else "bring or explain it"
        super().__init__(
            f"the day {day.business_date} of teller {day.teller_no}, branch {day.branch_no} does not balance"
            f" ({kinds}): {shown}{more}. {what[0].upper()}{what[1:]}, then seal"
        )
        self.gaps = tuple(gaps)


def _gaps(tx: Transaction, day: TellerDay) -> tuple[Gap, ...]:
    return balance_in(tx, day).gaps


def _require_known(tx: Transaction, day: TellerDay) -> None:
    if day not in tx.days.list(business_date=day.business_date):
        raise NotFound(
            f"nothing is known of the day {day.business_date} of teller {day.teller_no}, branch {day.branch_no};"
            " capture its sheets or import its journal first"
        )


def _explain(archive: Archive, day: TellerDay, reason: str, person: Person) -> None:
    """Gives the reason to all that is missing; while pages are still to be read nothing is explained."""
    with archive.catalogue.write() as tx:
        tx.days.require_open(day)
        work = [gap for gap in _gaps(tx, day) if gap.kind in {RECEIVED, READING}]
        if work:
            raise Unbalanced(day, work)
        explain_gaps(tx, day, reason, person)


def _prepared(archive: Archive, day: TellerDay, person: Person) -> dict[str, Any]:
    """The manifest of a day that holds, its objects all there. DaySealed, Unbalanced, Conflict."""
    with archive.catalogue.read() as tx:
        tx.days.require_open(day)
        gaps = _gaps(tx, day)
        if gaps:
            raise Unbalanced(day, gaps)
        manifest = manifest_of(tx, day, person)
    lost = sorted({o["sha256"] for o in manifest["objects"] if not archive.objects.exists(o["sha256"])})
    if lost:
        raise Conflict(
            f"{len(lost)} objects of the day are not in the store, the first is {lost[0]}; restore them, then seal"
        )
    return manifest


def _close_batches(tx: Transaction, day: TellerDay, person: Person) -> None:
    for batch in tx.batches.of_day(day):
        if batch.state is BatchState.OPEN:
            tx.batches.close(batch.id)
            tx.events.add("batch.closed", person.name, batch_id=batch.id, detail={"by": "seal"})


def _freeze(archive: Archive, day: TellerDay, sha256: str, person: Person, reason: str) -> SealedDay | None:
    """Seals the day if it still is what its manifest says, None where something changed meanwhile."""
    with archive.catalogue.write() as tx:
        tx.days.require_open(day)
        if Balances(tx.connection).stale(day) or sha256_of(packed(manifest_of(tx, day, person))) != sha256:
            return None
        _close_batches(tx, day, person)
        found = tx.days.seal(day, sha256, person.name)
        detail = {"manifest": sha256, "teller_no": day.teller_no, "business_date": day.business_date.isoformat()}
        tx.events.add("day.sealed", person.name, branch_no=day.branch_no, detail={**detail, "reason": reason})
        return found


def seal(archive: Archive, day: TellerDay, person: Person, *, reason: str = "") -> SealedDay:
    """Seals a teller's day: writes its manifest as an object, closes its batches and freezes it. `reason` explains by
    right what is missing, a case for each thing. Refused without the right, NotFound for a day that nobody knows,
    DaySealed where it is sealed, Unbalanced (with the gaps) where it does not balance."""
    require_right(person, "seal a day")
    require_scope(day, person)
    plain = said(reason) if reason else ""
    with archive.catalogue.read() as tx:
        _require_known(tx, day)
        _require_unsealed(tx, day)
    for _ in range(_TRIES):
        refresh(archive, day)
        if plain:
            _explain(archive, day, plain, person)
        manifest = _prepared(archive, day, person)
        found = _freeze(archive, day, archive.objects.put(packed(manifest)), person, plain)
        if found is not None:
            return found
    raise Conflict(
        f"the day {day.business_date} of teller {day.teller_no} changes while it is sealed; try again shortly"
    )


def _require_unsealed(tx: Transaction, day: TellerDay) -> None:
    sealed = tx.days.sealed(day)
    if sealed is not None:
        raise DaySealed(
            f"the day {day.business_date} of teller {day.teller_no}, branch {day.branch_no} is sealed already,"
            f" by {sealed.sealed_by} under manifest {sealed.manifest}"
        )
