"""List the mutants of a module: one small mistake in one function each."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_SWAPPED = 2  # positional arguments from which on two are swapped
Edit = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One mistake. `function`: its qualified name in the module; `place`: which of the function's
    possible mistakes it is."""

    path: Path
    function: str
    place: int
    line: int
    description: str

    @property
    def module(self) -> str:
        """Return the name of its module."""
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    @property
    def name(self) -> str:
        """Return how it is named in reports."""
        path = self.path.relative_to(ROOT).as_posix()
        return f"{path}:{self.line} {self.function}: {self.description}"


def list_mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a module's functions and methods."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    mutants = []
    for name, function in _list_functions(tree.body, ""):
        for place, (node, description, _) in enumerate(_list_edits(function)):
            line = getattr(node, "lineno", function.lineno)
            mutants.append(
                Mutant(path=path, function=name, place=place, line=line, description=description)
            )
    return mutants


def compile_mutant(mutant: Mutant) -> CodeType:
    """Return the code of the mutant's function."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    function = dict(_list_functions(tree.body, ""))[mutant.function]
    node, _, edit = list(_list_edits(function))[mutant.place]
    edit(node)
    code = compile(ast.fix_missing_locations(tree), str(mutant.path), "exec")
    return next(code for code in _iterate_codes(code) if code.co_qualname == mutant.function)


def _iterate_codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _iterate_codes(constant)


def _list_functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _list_functions(node.body, f"{prefix}{node.name}.")


def _list_edits(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, Edit]]:
    """Yield each node to change, what is changed, and how. Type annotations and the texts of
    messages are left alone."""
    for statement in function.body:
        for node in _walk(statement):
            yield from _list_node_edits(node)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a statement in order, without annotations and the arguments of raise."""
    yield node
    if isinstance(node, ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _list_node_edits(node: ast.AST) -> Iterator[tuple[ast.AST, str, Edit]]:
    match node:
        case ast.Compare(ops=ops):
            for index, sign in enumerate(ops):
                if type(sign) in _COMPARISONS:
                    other = _COMPARISONS[type(sign)]
                    yield node, f"{_name(sign)} → {_name(other())}", _replace_sign(index, other)
        case ast.BoolOp(op=sign):
            other_sign = ast.Or() if isinstance(sign, ast.And) else ast.And()
            yield node, f"{_name(sign)} → {_name(other_sign)}", _setter("op", other_sign)
        case ast.BinOp(op=sign) if type(sign) in _OPERATORS and not _is_text(node):
            operator = _OPERATORS[type(sign)]()
            yield node, f"{_name(sign)} → {_name(operator)}", _setter("op", operator)
        case ast.UnaryOp(op=ast.Not()):
            yield node, "not removed", _unwrap_not
        case ast.Constant(value=bool(value)):
            yield node, f"{value} → {not value}", _setter("value", not value)
        case ast.Constant(value=int(value) | float(value)):
            yield node, f"{value} → {value + 1}", _setter("value", value + 1)
            yield node, f"{value} → {value - 1}", _setter("value", value - 1)
        case ast.If() | ast.IfExp() | ast.While():
            yield node, "condition negated", _negate
        case ast.comprehension(ifs=conditions) if conditions:
            yield conditions[0], "filter removed", _keep_all(node)
        case ast.Return(value=value) if value is not None and not _is_constant_none(value):
            yield node, "returns None", _setter("value", ast.Constant(value=None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign():
            yield node, f"removed: {ast.unparse(node)[:60]}", _remove
        case ast.Raise() | ast.Continue() | ast.Break():
            yield node, f"removed: {type(node).__name__.lower()}", _remove
        case ast.Call(args=arguments) if len(arguments) >= _SWAPPED and not any(
            isinstance(argument, ast.Starred) for argument in arguments[:2]
        ):
            yield node, f"arguments swapped: {ast.unparse(node)[:60]}", _swap_arguments


def _name(sign: ast.AST) -> str:
    return type(sign).__name__


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, (str, bytes)))
        for side in sides
    )


def _is_constant_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _setter(field: str, value: object) -> Edit:
    return lambda node: setattr(node, field, value)


def _replace_sign(index: int, sign: type[ast.cmpop]) -> Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[index] = sign()

    return edit


def _become(node: ast.AST, other: ast.AST) -> None:
    """Turn a node into another one in its place."""
    node.__class__ = type(other)
    node.__dict__.clear()
    node.__dict__.update(other.__dict__)


def _unwrap_not(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    _become(node, node.operand)


def _negate(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.IfExp | ast.While)
    node.test = ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=node.test), node.test)


def _keep_all(loop: ast.comprehension) -> Edit:
    return lambda _node: setattr(loop, "ifs", loop.ifs[1:])


def _remove(node: ast.AST) -> None:
    _become(node, ast.copy_location(ast.Pass(), node))


def _swap_arguments(node: ast.AST) -> None:
    assert isinstance(node, ast.Call)
    first, second = copy.copy(node.args[0]), copy.copy(node.args[1])
    node.args[0], node.args[1] = second, first
