"""Finds each place of a module where one check can be taken away. Bytes in, changes out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_NOT_CHECKS = frozenset({"append", "add", "extend", "update", "setdefault", "put", "count", "write"})
"""Calls that build what is returned: without them nothing works, which says nothing about a check."""

_TAKES_BYTES = frozenset({"digest", "sha256", "row_digest", "sign", "verify", "seal", "unseal", "_bucket"})
_MODES = {0o700: b"0o777", 0o600: b"0o666", 0o077: b"0"}
_TABLES = frozenset({"_PRAGMAS", "_DAMAGED", "_BUSY", "COMPANIONS", "REAL"})
_MUCH = b" * 2**12"


@dataclass(frozen=True, slots=True)
class Change:
    """The bytes from `start` to `end` of a file become `instead`."""

    file: str
    line: int
    what: str
    code: str
    """The line as it stands, without its indentation."""

    start: int
    end: int
    instead: bytes

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}: {self.code}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the change as long as its line stays as it is."""
        return self.file, self.what, self.code

    def applied(self, source: bytes) -> bytes:
        """The source with this change."""
        return source[: self.start] + self.instead + source[self.end :]


class _Module:
    """A parsed module, and the bytes its nodes stand for."""

    def __init__(self, source: bytes, file: str) -> None:
        self.tree = ast.parse(source)
        self._source, self._file = source, file
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None, "parsed from text"  # noqa: PT018 - for mypy alone
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node: ast.expr) -> bytes:
        start, end = self.span(node)
        return self._source[start:end]

    def change(self, node: ast.expr | ast.stmt, what: str, instead: bytes) -> Change:
        start, end = self.span(node)
        code = self._lines[node.lineno - 1].decode().strip()
        return Change(self._file, node.lineno, what, code, start, end, instead)


Finder = Callable[[_Module, ast.AST], Iterator[Change]]


def changes_of(source: bytes, file: str) -> list[Change]:
    """Every change of one module, each once."""
    module = _Module(source, file)
    found = {
        (one.start, one.end, one.instead): one
        for node in ast.walk(module.tree)
        for finder in _FINDERS
        for one in finder(module, node)
    }
    return list(found.values())


def _dropped_statements(module: _Module, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Raise):
        yield module.change(node, "raise left out", b"pass")
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = _name_of(node.value)
        if name not in _NOT_CHECKS:
            yield module.change(node, f"call of {name} left out", b"pass")


def _conditions(module: _Module, node: ast.AST) -> Iterator[Change]:
    for test, guards_raise in _tests_of(node):
        if not guards_raise:
            for value in (b"True", b"False"):
                yield module.change(test, f"condition taken for {value.decode()}", value)
        yield from _parts_of(module, test)


def _tests_of(node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """Conditions, and whether all that hangs on one is a raise, which is left out elsewhere."""
    if isinstance(node, ast.If):
        yield node.test, isinstance(node.body[0], ast.Raise) and not node.orelse
    elif isinstance(node, ast.IfExp):
        yield node.test, False
    elif isinstance(node, ast.comprehension):
        yield from ((test, False) for test in node.ifs)
    elif isinstance(node, ast.match_case) and node.guard is not None:
        yield node.guard, False
    elif isinstance(node, ast.Return | ast.Assign | ast.keyword) and isinstance(
        node.value, ast.Compare | ast.BoolOp
    ):
        yield node.value, False


def _parts_of(module: _Module, test: ast.expr) -> Iterator[Change]:
    for node in ast.walk(test):
        if isinstance(node, ast.BoolOp):
            neutral = b"True" if isinstance(node.op, ast.And) else b"False"
            for part in node.values:
                yield module.change(part, "part of a condition left out", neutral)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            first = module.change(node.left, "lower bound left out", b"-(2**200)")
            last = module.change(node.comparators[-1], "upper bound left out", b"2**200")
            yield from (first, last)


def _comparisons(module: _Module, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call) and _name_of(node) in {"same", "compare_digest"}:
        yield module.change(node, "comparison taken for equal", b"True")


def _fields(module: _Module, node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call):
        return
    if _name_of(node) == "fields" and len(node.args) > 1:
        for at, argument in enumerate(node.args):
            rest = [module.text(one) for number, one in enumerate(node.args) if number != at]
            what = f"field {module.text(argument).decode()} left out"
            yield module.change(node, what, module.text(node.func) + b"(" + b", ".join(rest) + b")")
    elif _name_of(node) in _TAKES_BYTES:
        for argument in (*node.args, *(one.value for one in node.keywords)):
            yield from _summands(module, argument)


def _returned_bytes(module: _Module, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.FunctionDef) and node.returns and module.text(node.returns) == b"bytes":
        for inner in ast.walk(node):
            if isinstance(inner, ast.Return) and inner.value is not None:
                yield from _summands(module, inner.value)


def _summands(module: _Module, whole: ast.expr) -> Iterator[Change]:
    parts = _chain(whole, ast.Add)
    for at, part in enumerate(parts):
        rest = [module.text(one) for number, one in enumerate(parts) if number != at]
        if rest:
            what = f"{module.text(part).decode()} left out"
            yield module.change(whole, what, b"(" + b" + ".join(rest) + b")")


def _flags(module: _Module, node: ast.AST) -> Iterator[Change]:
    """Each flag of `A | B | C`; types joined in annotations are told by their small letters."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        for part in (node.left, node.right):
            if b"O_" in module.text(part) and not isinstance(part, ast.BinOp):
                yield module.change(part, "flag left out", b"0")


def _modes(module: _Module, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and module.text(node).startswith(b"0o") and node.value in _MODES:
        yield module.change(node, "mode opened to others", _MODES[node.value])


def _ceilings(module: _Module, node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        names = _names_in(target)
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for name, value in zip(names, values, strict=False):
            if "MAX" in name or "LIMIT" in name or "CEILING" in name:
                yield module.change(value, f"{name} raised", b"(" + module.text(value) + b")" + _MUCH)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name_of(node.value) == "range":
        low, high = node.value.args
        yield module.change(low, "floor taken away", b"0")
        yield module.change(high, "ceiling taken away", b"2**40")


def _tables(module: _Module, node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple | ast.Set):
        return
    if _TABLES & {*_names_in(node.targets[0])}:
        for part in node.value.elts:
            neutral = b'"user_version"' if isinstance(part, ast.Constant) else b"-1"
            yield module.change(part, "entry of a table left out", neutral)


def _chain(node: ast.expr, kind: type[ast.operator]) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, kind):
        return [*_chain(node.left, kind), *_chain(node.right, kind)]
    return [node]


def _name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _names_in(target: ast.expr) -> list[str]:
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [one.id for one in parts if isinstance(one, ast.Name)]


_FINDERS: tuple[Finder, ...] = (
    _dropped_statements, _conditions, _comparisons, _fields, _returned_bytes,
    _flags, _modes, _ceilings, _tables,
)  # fmt: skip
