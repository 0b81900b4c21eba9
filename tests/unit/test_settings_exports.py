"""Where exports lie: beside the objects, in a bucket or a folder of their own, or the start says what is wrong."""

from __future__ import annotations

import pytest

from api.cli.console import Usage
from api.cli.opening import settings


@pytest.mark.parametrize(
    ("objects", "exports"),
    [
        ("s3://vouch", "s3://vouch-exports"),
        ("s3://vouch/main/", "s3://vouch-exports/main"),
        ("file:///mnt/objects", ""),
    ],
)
def test_exports_lie_beside_the_objects(objects: str, exports: str) -> None:
    found = settings({"objects_url": objects})
    assert found.exports.url == (exports or (found.data.resolve() / "exports").as_uri())


@pytest.mark.parametrize(
    ("objects", "exports", "said"),
    [
        ("s3://vouch/main", "s3://vouch/files", "VOUCH_EXPORTS_URL: s3://vouch/files is where the objects lie"),
        ("file:///mnt/a", "file:///mnt/a", "VOUCH_EXPORTS_URL: file:///mnt/a is where the objects lie"),
        (f"s3://{'v' * 60}", "", "longer than a bucket's name may be"),
    ],
)
def test_exports_where_they_could_not_be_deleted_stop_the_start(objects: str, exports: str, said: str) -> None:
    with pytest.raises(Usage, match=said):
        settings({"objects_url": objects, "exports_url": exports})
