"""What errors say, read from the source: the templates of every message that can reach a person, `{}` for a value."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import Invalid, ObjectDamaged, ObjectMissing, StoreUnavailable
from imaging.model import ScanError

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("imaging", "archive", "processing", "supervision", "api")
# Calls beside those of errors whose words become a part of an error's: which argument holds them.
ALSO = {"BadCell": 0, "RowFault": 2, "_gap": 1, "_of_page": 2, "_pages": 2}
# Functions of other modules whose answers become a part of an error's words.
ANSWER = {"answered", "unanswered", "_advice", "_gone"}
VALUE = "{}"
_DEFINES = re.compile(r"^class \w+\(\w*(Error|Conflict|Refused|Invalid|NotFound|Unavailable|Lost|Sealed)\):", re.M)


@dataclass(frozen=True)
class Said:
    """A message as the source has it."""

    where: str
    template: str


def sources() -> list[Path]:
    """The modules of the product."""
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def errors(kinds: Iterable[type[BaseException]]) -> dict[str, type[BaseException]]:
    """These classes and all below them, by name."""
    for path in sources():
        if _DEFINES.search(path.read_text(encoding="utf-8")):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found: dict[str, type[BaseException]] = {}
    waiting = list(kinds)
    while waiting:
        one = waiting.pop()
        found[one.__name__] = one
        waiting += one.__subclasses__()
    return found


def said(kinds: Iterable[type[BaseException]]) -> list[Said]:
    """The messages of these errors and of those below them, wherever the product makes one."""
    known = errors(kinds)
    found = {
        one for package in PACKAGES for path in (ROOT / package).rglob("*.py") for one in _File(path, known).said()
    }
    return sorted(found, key=lambda one: (one.where, one.template))


class _File:
    """The messages of one module."""

    def __init__(self, path: Path, known: dict[str, type[BaseException]]) -> None:
        self.name, self.known = str(path.relative_to(ROOT)), known
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.cli = self.name.startswith("api/cli/")
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}

    def said(self) -> Iterator[Said]:
        if self.cli:  # its people read English
            return
        for name in ANSWER & self.functions.keys():
            for template in self._returned(ast.Call(ast.Name(name), [], []), self.tree):
                yield Said(f"{self.name}:{self.functions[name].lineno}", template)
        for owner, call in self._calls(self.tree, self.tree):
            message = self._message(call, owner)
            for template in self._resolved(message, owner) if message is not None else ():
                if template.strip("{} "):
                    yield Said(f"{self.name}:{call.lineno}", template)

    def _calls(self, node: ast.AST, owner: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
        """Every call, and the function or class around it."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield owner, child
            inside = child if isinstance(child, ast.FunctionDef) else owner
            if isinstance(child, ast.ClassDef) and child.name in self.known:
                yield from self._built(child)
            else:
                yield from self._calls(child, inside)

    def _built(self, error: ast.ClassDef) -> Iterator[tuple[ast.AST, ast.Call]]:
        """The message that an error's own `__init__` puts together."""
        for function in [node for node in error.body if isinstance(node, ast.FunctionDef)]:
            for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
                if ast.unparse(call.func) == "super().__init__":
                    place = 1 if issubclass(self.known[error.name], Invalid) and error.name != "Invalid" else 0
                    message = call.args[place]
                    if not isinstance(message, ast.Starred) and error.name not in {"Invalid", "ScanError"}:
                        yield function, ast.Call(ast.Name("BadCell"), [message], [], lineno=call.lineno)

    def _message(self, call: ast.Call, owner: ast.AST) -> ast.expr | None:
        name = ast.unparse(call.func).split(".")[-1]
        kind = self.known.get(name)
        if name in ALSO and len(call.args) > ALSO[name]:
            return call.args[ALSO[name]]
        built = kind is not None and "__init__" in vars(kind) and kind not in _PLAIN
        if kind is None or built or kind in {ObjectDamaged, ObjectMissing}:  # the last two name an object and no more
            return None
        place = 2 if kind is ScanError else 1 if issubclass(kind, Invalid) else 0
        return call.args[place] if len(call.args) > place else None

    def _resolved(self, node: ast.expr, owner: ast.AST) -> Iterator[str]:
        """The templates that an expression may become."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr():
                yield "".join(self._part(part) for part in node.values)
            case ast.IfExp():
                yield from self._resolved(node.body, owner)
                yield from self._resolved(node.orelse, owner)
            case ast.Name():
                for value in self._assigned(node.id, owner):
                    yield from self._resolved(value, owner)
            case ast.Call():
                yield from self._returned(node, owner)

    def _part(self, part: ast.expr) -> str:
        """A part of an f-string: its text, that of a constant of the module, or the place of a value."""
        if isinstance(part, ast.Constant):
            return str(part.value)
        value = part.value if isinstance(part, ast.FormattedValue) else part
        constants = list(self._assigned(value.id, self.tree)) if isinstance(value, ast.Name) else []
        if len(constants) == 1 and isinstance(constants[0], ast.Constant) and " " in str(constants[0].value):
            return str(constants[0].value)
        return VALUE

    def _assigned(self, name: str, owner: ast.AST) -> Iterator[ast.expr]:
        nodes = owner.body if isinstance(owner, ast.Module) else list(ast.walk(owner))
        for node in nodes:
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                yield node.value

    def _returned(self, call: ast.Call, owner: ast.AST) -> Iterator[str]:
        """What a function of the module makes of its arguments, which are texts themselves."""
        function = self.functions.get(ast.unparse(call.func).split(".")[-1])
        if function is None:
            return
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from self._resolved(node.value, function)
        for argument in call.args:
            yield from self._resolved(argument, owner)


_PLAIN = {Invalid, ScanError, StoreUnavailable}
