"""The house keeps its shape: small files, small functions, packages that lie in the repository."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("imaging", "ocr", "archive", "processing", "supervision", "api")
FOLDERS = (*PACKAGES, "tests", "bench", "tools")


def sources() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def long_functions(path: Path, most: int) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > most:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines"


def test_files_stay_within_400_lines() -> None:
    pages = [*sources(), *(ROOT / "api").rglob("*.js"), *(ROOT / "api").rglob("*.css"), *(ROOT / "api").rglob("*.html")]
    assert [f"{p.relative_to(ROOT)}: {n}" for p in pages if (n := len(p.read_text("utf-8").splitlines())) > 400] == []


def test_functions_stay_within_40_lines() -> None:
    assert [line for path in sources() for line in long_functions(path, 40)] == []


def test_every_file_says_what_it_is_in_its_first_line() -> None:
    def silent(path: Path) -> bool:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        return not first.startswith(('"""', "#"))

    assert [str(p.relative_to(ROOT)) for p in sources() if silent(p)] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_lies_in_the_repository(name: str) -> None:
    module = importlib.import_module(name)
    assert Path(module.__file__ or "").resolve().parent == ROOT / name


def test_the_manual_says_of_each_dependency_why_it_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    said = set(re.findall(r"[\w-]+", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")))
    assert [line for line in wanted if re.findall(r"[\w-]+", line)[0] not in said] == []
