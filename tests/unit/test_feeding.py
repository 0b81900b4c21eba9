"""The files of an ingest: each sheet has a name of its own, whatever folders were named."""

from __future__ import annotations

from pathlib import Path

from api.cli.feeding import sources


def scans(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a blank back")


def test_equal_files_of_two_folders_keep_a_name_each(tmp_path: Path) -> None:
    scans(tmp_path, "front/1.png", "back/1.png")
    found = [source.name for source in sources([tmp_path / "front", tmp_path / "back"])]
    assert found == ["1.png", "back/1.png"]


def test_folders_of_one_name_are_told_apart_by_those_above(tmp_path: Path) -> None:
    scans(tmp_path, "a/day/1.png", "b/day/1.png", "c/day/1.png")
    found = [source.name for source in sources([tmp_path / name / "day" for name in "abc"])]
    assert found == ["1.png", "day/1.png", "c/day/1.png"]


def test_a_file_that_is_named_twice_comes_once(tmp_path: Path) -> None:
    scans(tmp_path, "day/1.png", "day/2.png")
    found = sources([tmp_path / "day", tmp_path / "day" / "1.png", tmp_path / "day" / ".." / "day"])
    assert [source.name for source in found] == ["1.png", "2.png"]


def test_links_to_one_picture_are_sheets_of_their_own(tmp_path: Path) -> None:
    scans(tmp_path, "day/1.png")
    (tmp_path / "day" / "2.png").symlink_to(tmp_path / "day" / "1.png")
    assert [source.name for source in sources([tmp_path / "day"])] == ["1.png", "2.png"]
