"""Files stored in two passes, and the words for what a server of objects answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from archive.errors import Conflict
from archive.objects.streams import Witness, hashed
from archive.objects.wire import answered, unanswered


@pytest.mark.parametrize("later", [b"other bytes", b"short"])
def test_a_file_that_changes_while_it_is_stored_is_not_stored(tmp_path: Path, later: bytes) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(b"first bytes")
    with path.open("rb") as file:
        sha256, size = hashed(file)
        path.write_bytes(later)
        file.seek(0)
        witness = Witness(file, sha256, size)
        with pytest.raises(Conflict, match=r"export\.zip changed while it was stored; store it again"):
            while witness.read(size):
                pass


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("XMinioStorageFull", 507, "its disk is full .* free space on the server"),
        ("Whatever", 507, "its disk is full"),
        ("NoSuchBucket", 404, "the bucket is gone; restore it"),
        ("RequestTimeTooSkewed", 403, "the key is refused"),
        ("InternalError", 500, r"it answers InternalError \(500\); look into the server's log"),
    ],
)
def test_what_a_server_answers_is_told_with_what_to_do(code: str, status: int, said: str) -> None:
    assert re.search(said, answered(code, status))


def test_no_answer_is_told_apart_from_no_connection() -> None:
    assert "does not answer in time" in unanswered(ReadTimeoutError(None, "/", "read"))  # type: ignore[arg-type]
    assert "cannot be reached" in unanswered(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
