"""Known forms: every version with its state and accuracy, and one version's zones on its print, to be adjusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.pages.shell import RAIL, Crumb, Desk, DeskDep
from archive.errors import Invalid, Refused
from archive.known_forms import KeptForm, adjust, approve, content, find_kept, kept_forms, known_form
from archive.model import Person
from ocr.known.model import PER_MM, KnownForm, Rect, Zone

router = APIRouter()
SIDES = ("x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class Line:
    """One zone as it is shown: its field, kind, box in mm by side, and whether it is a grid or ticked."""

    field: str
    kind: str
    box: Mapping[str, float]
    note: str


def _may(person: Person) -> None:
    if not any(name == "forms" and person.role in roles for name, _, _, roles in RAIL):
        raise Refused(f"the role {person.role} may not open the forms page")


@router.get("/forms")
def page(desk: DeskDep) -> Response:
    """All versions, the newest first; pages are read by the newest approved one of each form."""
    _may(desk.person)
    with desk.archive.catalogue.read() as tx:
        kept = kept_forms(tx)
    lines = sorted(kept, key=lambda each: (each.name, -each.version))
    return desk.page("forms.html", title=desk.say("page.forms"), here="forms", lines=lines)


@router.get("/forms/{name}/{version}")
def form(desk: DeskDep, name: str, version: int) -> Response:
    """One version: its print with the zones drawn, and their boxes in figures."""
    _may(desk.person)
    with desk.archive.catalogue.read() as tx:
        kept, known = find_kept(tx, name, version), known_form(tx, name, version)
    crumbs = [Crumb(desk.say("page.forms"), "/forms"), Crumb(f"{name} · {version}")]
    title, shown = f"{name} · {version}", _shown(desk, kept, known)
    return desk.page("form.html", title=title, here="forms", crumbs=crumbs, more=shown)


def _shown(desk: Desk, kept: KeptForm, known: KnownForm) -> dict[str, object]:
    height, width = known.template.shape[:2]
    return {
        "kept": kept,
        "zones": [_line(zone) for zone in known.zones],
        "width": round(width / PER_MM, 2),
        "height": round(height / PER_MM, 2),
        "may_approve": not kept.approved_by and kept.learned_by != desk.person.name,
    }


def _line(zone: Zone) -> Line:
    box = {side: round(value, 2) for side, value in zip(SIDES, zone.box, strict=True)}
    note = "grid" if zone.columns else "tick" if zone.options else ""
    return Line(zone.field, zone.kind, box, note)


@router.get("/forms/{name}/{version}/template.png")
def template(desk: DeskDep, name: str, version: int) -> Response:
    """The form's print as a picture."""
    _may(desk.person)
    with desk.archive.catalogue.read() as tx:
        picture = content(tx, name, version)[1]
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/forms/{name}/{version}/zones")
async def zones(desk: DeskDep, request: Request, name: str, version: int) -> Response:
    """Keeps the zones with other boxes as a new version, which a second person approves."""
    _may(desk.person)
    said = {key: str(value) for key, value in (await request.form()).items()}
    boxes = _boxes(said)
    with desk.archive.catalogue.write() as tx:
        made = adjust(tx, name, version, boxes, desk.person.name)
    return RedirectResponse(f"/forms/{made.name}/{made.version}", 303)


@router.post("/forms/{name}/{version}/approve")
def approved(desk: DeskDep, name: str, version: int) -> Response:
    """Approves a version that another person learned or adjusted."""
    _may(desk.person)
    with desk.archive.catalogue.write() as tx:
        approve(tx, name, version, desk.person.name)
    return RedirectResponse(f"/forms/{name}/{version}", 303)


def _boxes(said: Mapping[str, str]) -> dict[str, Rect]:
    """The boxes of the fields that are kept: `keep` by field, and each side in mm as `FIELD.x`."""
    found = {}
    for field in (key.removeprefix("keep.") for key in said if key.startswith("keep.")):
        try:
            x, y, w, h = (float(said[f"{field}.{side}"]) for side in SIDES)
        except (KeyError, ValueError) as error:
            raise Invalid(field, "the box must be four numbers in millimetres") from error
        found[field] = Rect(x, y, w, h)
    return found
