"""Files: a known form as a YAML text that a person can read and adjust, and a small picture of its print (PNG)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import yaml

from ocr import yamltext
from ocr.forms import catalogue
from ocr.known.model import Choice, FormError, KnownForm, Printed, Rect, Zone

SCHEMA = 1


def dump(form: KnownForm) -> tuple[str, bytes]:
    """The form's YAML and its template as PNG (dark on white, 100 dpi)."""
    said = {
        "schema": SCHEMA,
        "name": form.name,
        "type": form.type,
        "version": form.version,
        "title": form.title,
        "size_mm": list(form.size),
        "samples": form.samples,
        "accuracy": dict(form.accuracy),
        "zones": {zone.field: _zone_said(zone) for zone in form.zones},
        "stamps": {name: _numbers(rect) for name, rect in form.stamps.items()},
        "anchors": [_numbers(rect) for rect in form.anchors],
        "words": [_numbers(rect) for rect in form.words],
        "print": [[word.text, *_numbers(word.box), *(["moves"] if word.moves else [])] for word in form.print],
    }
    # Sixteen grays are enough to find a form by, and make a small file.
    picture = 255 - (form.template // 17) * 17
    _, data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120), data.tobytes()


def _numbers(rect: Rect) -> list[float]:
    return [round(float(value), 2) for value in rect]


def _zone_said(zone: Zone) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": zone.kind, "box": _numbers(zone.box), "value": _numbers(zone.value)}
    said["core"] = _numbers(zone.core)
    said |= {"line": round(zone.line, 2), "rows": zone.rows, "seen": zone.seen}
    if zone.columns:
        said["columns"] = [round(x, 2) for x in zone.columns]
    if zone.options:
        said["options"] = {o.value: _numbers(o.box) for o in zone.options}
    return said | {name: True for name in ("printed", "red") if getattr(zone, name)}


def load(text: str, template: bytes) -> KnownForm:
    """The form that a YAML text and its picture describe. FormError names what is wrong in them."""
    try:
        said = yamltext.load(text)
    except yaml.YAMLError as error:
        raise FormError(f"the form is no YAML ({error}); mend it") from error
    picture = cv2.imdecode(np.frombuffer(template, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise FormError("the form's template is no PNG; learn the form again")
    try:
        return _form(said, np.asarray(255 - picture, np.uint8))
    except (KeyError, TypeError, ValueError) as error:
        raise FormError(f"the form's YAML lacks or misstates {error}; mend it") from error


def _form(said: Mapping[str, Any], template: np.ndarray[Any, np.dtype[np.uint8]]) -> KnownForm:
    if said["schema"] != SCHEMA or said["type"] not in catalogue().types:
        raise ValueError(f"schema {said['schema']}, type {said['type']}")
    width, height = (float(v) for v in said["size_mm"])
    return KnownForm(
        str(said["name"]),
        str(said["type"]),
        str(said["title"]),
        (width, height),
        template,
        tuple(_rect(each) for each in said["anchors"]),
        tuple(_rect(each) for each in said["words"]),
        tuple(_zone(name, each) for name, each in said["zones"].items()),
        {str(name): _rect(each) for name, each in said["stamps"].items()},
        int(said["version"]),
        int(said["samples"]),
        dict(said["accuracy"]),
        tuple(Printed(str(each[0]), _rect(each[1:5]), each[5:] == ["moves"]) for each in said.get("print") or ()),
    )


def _rect(values: list[float]) -> Rect:
    x, y, w, h = (float(value) for value in values)
    return Rect(x, y, w, h)


def _zone(name: str, said: Mapping[str, Any]) -> Zone:
    known = catalogue().fields.get(name)
    if known is None:
        raise ValueError(f"the field {name}, which the catalogue does not know")
    # Earlier forms have a fifth number, which says no more what it did.
    options = tuple(Choice(str(value), _rect(box[:4])) for value, box in (said.get("options") or {}).items())
    return Zone(
        name,
        known.kind,
        _rect(said["box"]),
        _rect(said["value"]),
        float(said["line"]),
        int(said["rows"]),
        tuple(float(x) for x in said.get("columns") or ()),
        options,
        bool(said.get("printed")),
        float(said["seen"]),
        _rect(said.get("core") or said["value"]),
        bool(said.get("red")),
    )
