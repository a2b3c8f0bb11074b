"""rules: the catalog has every rule id that the code can emit, and no other."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from assembler.model import Severity
from assembler.rules import load_library
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding

ROOT = Path(__file__).parent.parent
LIBRARY = load_library(Shelf.default())
RULE_ID = re.compile(r"[A-Z]{2,}[A-Z0-9_]*\.[A-Z][A-Z0-9_]*")
PREFIX = re.compile(r"[A-Z]{2,}[A-Z0-9_]*\.")
NO_RULES = {"CACHEDIR.TAG"}  # the name of a file that marks cache folders
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
SEVERITIES = {severity.name: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Emission:
    """A place in the code that names a rule, and the severities that are written there."""

    rule: str
    package: str
    place: str
    severities: frozenset[Severity]


class EmissionFinder:
    """Find the rule ids in a module: dotted constants, `rule=` arguments, ids made of a prefix."""

    def __init__(self, source: str, name: str) -> None:
        self._tree = ast.parse(source)
        self._name = name
        self._functions = {
            node.name: node for node in ast.walk(self._tree) if isinstance(node, ast.FunctionDef)
        }
        self._prefixes = {
            name: prefix for name, node in self._functions.items() if (prefix := _prefix_in(node))
        }
        compared = (node for node in ast.walk(self._tree) if isinstance(node, ast.Compare))
        self._compared = {id(part) for node in compared for part in ast.walk(node)}

    def emissions(self) -> Iterator[Emission]:
        in_calls: set[int] = set()
        for call in (node for node in ast.walk(self._tree) if isinstance(node, ast.Call)):
            for constant, is_rule_argument in _constants_of(call):
                rule = self._rule(constant, call, is_rule_argument)
                if rule and id(constant) not in self._compared:
                    in_calls.add(id(constant))
                    yield self._emission(rule, constant, self._severities(call))
        for node in ast.walk(self._tree):
            if not isinstance(node, ast.Constant) or id(node) in in_calls | self._compared:
                continue
            if isinstance(node.value, str) and RULE_ID.fullmatch(node.value):
                yield self._emission(node.value, node, frozenset())

    def _rule(self, constant: ast.Constant, call: ast.Call, is_rule_argument: bool) -> str:
        value = str(constant.value)
        prefix = self._prefixes.get(_called(call), "")
        if prefix and call.args and constant is call.args[0]:
            return prefix + value
        return value if is_rule_argument or RULE_ID.fullmatch(value) else ""

    def _severities(self, call: ast.Call) -> frozenset[Severity]:
        """Return those written in the call, else those that the called local function gives."""
        written = {one for value in _values(call) for one in _literal_severities(value)}
        helper = self._functions.get(_called(call))
        if written or helper is None:
            return frozenset(written)
        calls = [node for node in ast.walk(helper) if isinstance(node, ast.Call)]
        given = [one.value for node in calls for one in node.keywords if one.arg == "severity"]
        defaults = [*helper.args.defaults, *(one for one in helper.args.kw_defaults if one)]
        return frozenset(one for value in (*given, *defaults) for one in _literal_severities(value))

    def _emission(self, rule: str, node: ast.expr, severities: frozenset[Severity]) -> Emission:
        package = self._name.split("/")[1]
        return Emission(rule, package, f"{self._name}:{node.lineno}", severities)


def _prefix_in(function: ast.FunctionDef) -> str:
    """The prefix of ids that a function makes as f"PREFIX.{its first parameter}", or ""."""
    for node in ast.walk(function):
        if not isinstance(node, ast.JoinedStr) or len(node.values) != 2:
            continue
        start, end = node.values
        if isinstance(start, ast.Constant) and PREFIX.fullmatch(str(start.value)):
            assert isinstance(end, ast.FormattedValue)
            assert isinstance(end.value, ast.Name)
            assert end.value.id == function.args.args[0].arg, function.name
            return str(start.value)
    return ""


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _branches(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _branches(value.body)
        yield from _branches(value.orelse)
    else:
        yield value


def _constants_of(call: ast.Call) -> Iterator[tuple[ast.Constant, bool]]:
    """The texts handed over in a call, and whether each is its `rule`."""
    named = [(keyword.value, keyword.arg == "rule") for keyword in call.keywords]
    for value, is_rule in [*((value, False) for value in call.args), *named]:
        for branch in _branches(value):
            if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                yield branch, is_rule


def _literal_severities(value: ast.expr) -> Iterator[Severity]:
    for branch in _branches(value):
        name = ast.unparse(branch).removeprefix("Severity.")
        if name in SEVERITIES:
            yield SEVERITIES[name]


@cache
def find_emissions() -> list[Emission]:
    found = []
    for path in sorted((ROOT / "assembler").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        found += EmissionFinder(path.read_text(encoding="utf8"), name).emissions()
    return [one for one in found if one.rule not in NO_RULES and one.rule not in LIBRARY.lines]


def test_every_id_the_code_can_emit_is_in_the_catalog() -> None:
    unknown = sorted(
        {f"{one.rule} ({one.place})" for one in find_emissions() if one.rule not in LIBRARY.rules}
    )

    assert unknown == []


def test_every_id_in_the_catalog_is_emitted_by_the_packages_it_names() -> None:
    emitted: dict[str, set[str]] = {}
    for one in find_emissions():
        if one.package not in ("model", "proof", "desk"):  # a name there makes no finding
            emitted.setdefault(one.rule, set()).add(one.package)

    assert {rule.id: sorted(rule.packages) for rule in LIBRARY.rules.values()} == {
        rule: sorted(packages) for rule, packages in emitted.items()
    }


def test_every_severity_in_the_code_is_one_the_catalog_allows() -> None:
    wrong = [
        f"{one.place}: {one.rule} as {severity}"
        for one in find_emissions()
        for severity in one.severities
        if severity not in LIBRARY.rules[one.rule].severities
    ]

    assert wrong == []
    assert len(find_emissions()) > 200  # the search still understands the code


def test_a_finding_has_the_severity_of_its_rule() -> None:
    finding = make_finding("FORM.SCAN", "form.pdf", "a scan", "compare it by eye", page=2)

    assert finding.severity is LIBRARY.rules["FORM.SCAN"].severity is WARNING
    assert (finding.where, finding.page) == ("form.pdf", 2)


def test_a_rule_with_several_severities_is_made_with_any_of_them() -> None:
    findings = [
        make_finding("FORM.DIFFERS", "x", "y", "z", severity) for severity in (None, ERROR, WARNING)
    ]

    assert [finding.severity for finding in findings] == [ERROR, ERROR, WARNING]


@pytest.mark.parametrize(("rule", "severity"), [("FORM.NONE", None), ("FORM.DIFFERS", INFO)])
def test_a_finding_that_the_catalog_does_not_know_is_not_made(
    rule: str, severity: Severity | None
) -> None:
    with pytest.raises(ValueError, match=re.escape(rule)):
        make_finding(rule, "x", "y", "z", severity)


MAKERS = {
    "assembler/model/finding.py",  # reads findings from JSON
    "assembler/rules/claim_matrix.py",  # lines of checklists, whose level is their severity
    "assembler/rules/library.py",  # rules of a catalog that may be a firm's own
    "assembler/runtime/rule_catalog.py",
}


def test_findings_are_made_by_the_factory() -> None:
    direct = set()
    for path in sorted((ROOT / "assembler").rglob("*.py")):
        calls = (
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        )
        if any(_called(call) == "Finding" for call in calls):
            direct.add(path.relative_to(ROOT).as_posix())

    assert direct == MAKERS


def test_what_a_case_can_accept_is_a_warning_once_it_is_accepted() -> None:
    acceptable = [
        rule
        for rule in LIBRARY.rules.values()
        if "accept_loss" in rule.remedy and rule.severity is not Severity.INFO  # stops nothing
    ]

    assert len(acceptable) > 5
    assert [rule.id for rule in acceptable if WARNING not in rule.severities] == []


def test_a_severity_is_written_only_where_the_catalog_has_several() -> None:
    needless = [
        f"{one.place}: {one.rule}"
        for one in find_emissions()
        if one.severities and not LIBRARY.rules[one.rule].other_severities
    ]

    assert needless == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('Finding(rule="EVID.NEW", severity=Severity.INFO)', {"EVID.NEW": {INFO}}),
        ('Hit(rule="NO_DOT")', {"NO_DOT": set()}),
        (
            'told("EVID.A" if x else "EVID.B", Severity.ERROR if x else Severity.WARNING)',
            {"EVID.A": {ERROR, WARNING}, "EVID.B": {ERROR, WARNING}},
        ),
        ('_RULE = "EVID.LATER"', {"EVID.LATER": set()}),
        ('if finding.rule == "EVID.NEW": pass', {}),
        (
            "def _finding(rule, problem):\n"
            ' return Finding(rule=f"FREEZE.{rule}", severity=Severity.ERROR)\n'
            '_finding("NEW", "gone")',
            {"FREEZE.NEW": {ERROR}},
        ),
    ],
)
def test_the_search_finds_ids_in_every_form_the_code_uses(
    source: str, expected: dict[str, set[Severity]]
) -> None:
    found = EmissionFinder(source, "assembler/evidence/new.py").emissions()

    assert {one.rule: set(one.severities) for one in found} == expected


def test_the_catalog_has_the_shape_of_its_schema_and_is_sorted() -> None:
    catalog = json.loads((ROOT / "schemas/rules.json").read_text(encoding="utf8"))
    schema = json.loads((ROOT / "schemas/rules.schema.json").read_text(encoding="utf8"))

    jsonschema.Draft202012Validator(schema).validate(catalog)
    assert list(catalog["rules"]) == sorted(catalog["rules"])
    for name, rule in catalog["rules"].items():
        assert rule["severity"] not in rule.get("other_severities", {}), name


@pytest.mark.parametrize(
    "page", sorted({rule.docs.partition("#")[0] for rule in LIBRARY.rules.values()})
)
def test_every_page_and_heading_the_catalog_names_exists(page: str) -> None:
    lines = (ROOT / page).read_text(encoding="utf8").splitlines()
    headings = {_anchor(line.lstrip("#").strip()) for line in lines if line.startswith("#")}
    named = {
        rule.docs.partition("#")[2] for rule in LIBRARY.rules.values() if rule.docs.startswith(page)
    }

    assert named <= headings


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
