"""A case with every field of the schema filled in, made from the schema: a field added there is
in it by itself."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from assembler.model.case_texts import REQUEST_PARAGRAPHS

CANARY = "Canaria"  # in every free text
# a value for each pattern of the schema; a new pattern needs one here
OF_PATTERN = {
    r"^[A-Z]{3}$": "UKR",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "uk",
    r"^[0-9+()./ x-]{5,30}$": "+1 202 555 0147",
    r"^[^@\s]{1,64}@[^@\s]{1,180}$": "canaria@example.org",
    r"^A?-?[0-9]{3}[- ]?[0-9]{3}[- ]?[0-9]{1,3}$": "A087-654-321",
    r"^[0-9]{12}$": "987654321012",
    r"^[0-9]{3}-?[0-9]{2}-?[0-9]{4}$": "987-65-4320",
    r"^[A-Z]{2}$": "NY",
    r"^[A-Z0-9]{5,12}$": "FX8765432",
    r"^[A-Z0-9]{11}$": "98765432101",
    r"^[A-Z]{3}[0-9]{10}$": "IOE9876543210",
    r"^[0-9]{1,5}(-[0-9]{0,5})?(,[0-9]{1,5}(-[0-9]{0,5})?)*$": "1-2,4-",
    r"^[0-9]{1,6}(-[0-9]{0,6})?(,[0-9]{1,6}(-[0-9]{0,6})?)*$": "3-9,40-",
    r"^([0-9]{1,2}:)?[0-9]{1,3}:[0-5][0-9]([.][0-9]{1,3})?$": "1:05",
    r"^[0-9a-f]{64}$": "0" * 64,
    r"^[a-z0-9-]{1,64}/[a-z0-9-]{1,64}$": "forms/i-131",
    r"^https://[^\s]{3,500}$": "https://example.org/canaria",
    r"^[0-9]{2}/[0-9]{2}/[0-9]{2}$": "01/20/25",
}


def full_case(schema: dict[str, Any]) -> dict[str, Any]:
    """The case; its files are evidence/<number>.pdf and must be made (`paths`)."""
    maker = _Maker(schema["$defs"])
    case: dict[str, Any] = maker.value(schema, "")
    case["kind"] = "rfe-response"
    _refer(case)
    return case


def paths(value: Any) -> list[str]:
    """Every path in it."""
    if isinstance(value, dict):
        return [path for one in value.values() for path in paths(one)]
    if isinstance(value, list):
        return [path for one in value for path in paths(one)]
    return [value] if isinstance(value, str) and value.startswith("evidence/") else []


class _Maker:
    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.numbers = count(1)

    def value(self, node: dict[str, Any], key: str) -> Any:
        """A value the schema accepts, with everything in it that it may hold; no two texts or
        days are the same."""
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            return self.named(name, key) or self.value(self.definitions[name], key)
        if "oneOf" in node:
            return self.value(self.chosen(node["oneOf"]), key)
        if "enum" in node:
            return node["enum"][-1]
        return getattr(self, node["type"])(node, key)

    def named(self, name: str, key: str) -> Any:
        number = next(self.numbers)
        return {
            "id": f"{key.replace('_', '-')}-{number}",
            "date": f"20{10 + number % 80}-{number % 12 + 1:02}-{number % 28 + 1:02}",
            "path": f"evidence/{number}.pdf",
        }.get(name)

    def chosen(self, alternatives: list[dict[str, Any]]) -> dict[str, Any]:
        """The object, else the list, else the first."""
        whole = [
            self.definitions[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            for one in alternatives
        ]
        return next(
            (one for kind in ("object", "array") for one in whole if one.get("type") == kind),
            whole[0],
        )

    def object(self, node: dict[str, Any], _key: str) -> dict[str, Any]:
        return {name: self.value(one, name) for name, one in node["properties"].items()}

    def array(self, node: dict[str, Any], key: str) -> list[Any]:
        return [self.value(node["items"], key)]

    def string(self, node: dict[str, Any], _key: str) -> str:
        if "pattern" in node:
            assert re.search(node["pattern"], OF_PATTERN[node["pattern"]])
            return OF_PATTERN[node["pattern"]]
        return f"{CANARY} {next(self.numbers)}"[: node.get("maxLength")]

    def integer(self, node: dict[str, Any], _key: str) -> int:
        return int(node["minimum"]) + next(self.numbers) % (
            int(node["maximum"]) - int(node["minimum"])
        )

    def boolean(self, _node: dict[str, Any], _key: str) -> bool:
        return True


def _refer(case: dict[str, Any]) -> None:
    """Let what refers to something refer to something that is there."""
    exhibit, beneficiary, person = (
        case["exhibits"][0]["id"],
        case["beneficiaries"][0]["id"],
        case["petitioner"]["id"],
    )
    case["rfe"]["notice_exhibit"] = exhibit
    case["rfe"]["points"][0]["exhibits"] = [exhibit]
    case["supporters"][0]["beneficiaries"] = [beneficiary]
    case["declarations"][0]["declarant"] = person
    signed_for = (case["petitioner"], case["beneficiaries"][0], case["others"][0])
    for one in (*signed_for, case["supporters"][0]["person"]):
        one["guardian"] = person
    topic = case["exhibits"][0]["topics"][0]
    topic["file"] = case["exhibits"][0]["files"][0]["path"]
    for field in ("declarations", "exhibits", "forms"):
        case[field][0]["belongs_to"] = [beneficiary]
        if field != "declarations":
            case[field][0]["person"] = person
    for field in REQUEST_PARAGRAPHS:
        paragraph = case["request"][field][0]
        paragraph["text"] += f" [@{exhibit}, p. 1]"
        paragraph["belongs_to"] = [beneficiary]
