"""Packs: what belongs to one page as one object, a plain ZIP without compression that anybody can open."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from .names import part_name
from .port import ObjectStore

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that the format knows; equal parts are equal packs
_LOCAL_HEADER = 30


def put_pack(store: ObjectStore, parts: Mapping[str, bytes]) -> dict[str, str]:
    """Stores the parts, by file name, as one object; returns the name by which `get` hands out each. Putting a pack is
    one durable write, however many parts it has. StoreUnavailable."""
    data, places = packed(parts)
    whole = store.put(data)
    return {
        name: part_name(hashlib.sha256(part).hexdigest(), whole, places[name], len(part))
        for name, part in parts.items()
    }


def packed(parts: Mapping[str, bytes]) -> tuple[bytes, dict[str, int]]:
    """The pack, and the offset of each part's bytes in it. Names are ASCII."""
    out, places = io.BytesIO(), {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            archive.writestr(entry, part)
            places[name] = entry.header_offset + _LOCAL_HEADER + len(name)
    return out.getvalue(), places
