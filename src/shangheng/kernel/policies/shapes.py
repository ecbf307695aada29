# SPDX-License-Identifier: Apache-2.0
"""Compares a file with the JSON Schema of its kind (``jurisdictions/schema``, draft 2020-12).

The schemas ship with the program and are the same for everybody's folder; a folder cannot bring
its own.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped,unused-ignore]
import referencing
import referencing.jsonschema

from shangheng.kernel.policies.concept import Flaw, Place
from shangheng.kernel.policies.reading import Series, Table, line_of

SHARED = "shared.json"
_SHOWN_MAX = 80


def shipped() -> Path:
    """Return the folder of jurisdictions that came with the program.

    Installed from a wheel it lies inside the package, in a checkout at its root.
    """
    package = Path(__file__).resolve().parents[2]
    inside = package / "jurisdictions"
    return inside if inside.is_dir() else package.parents[1] / "jurisdictions"


@cache
def _validator(kind: str) -> Any:  # noqa: ANN401 - jsonschema brings no types
    folder = shipped() / "schema"
    schema = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
    shared = json.loads((folder / SHARED).read_text(encoding="utf-8"))
    resource = referencing.Resource.from_contents(
        shared, default_specification=referencing.jsonschema.DRAFT202012
    )
    registry: referencing.Registry[Any] = referencing.Registry().with_resource(SHARED, resource)
    return jsonschema.Draft202012Validator(
        schema, registry=registry, format_checker=jsonschema.FormatChecker(["date"])
    )


def flaws_of(data: Any, kind: str, file: str) -> Iterator[Flaw]:  # noqa: ANN401 - any YAML
    """Yield where a file departs from the schema of its kind, in the order of its lines."""
    found = [
        flaw for error in _validator(kind).iter_errors(data) for flaw in _told(error, data, file)
    ]
    yield from sorted(found, key=lambda flaw: flaw.place.line)


def _told(error: Any, data: Any, file: str) -> Iterator[Flaw]:  # noqa: ANN401
    path = tuple(error.absolute_path)
    place = Place(file, line_of(data, path))
    where = _where(path)
    schema, instance = error.schema, error.instance
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        for name in sorted(set(instance) - set(known)):
            at = Place(file, line_of(data, (*path, name)))
            facts = {"where": where, "field": name, "known": known}
            yield Flaw(place=at, code="policy.field_unknown", facts=facts)
    elif error.validator == "required":
        missing = [name for name in schema["required"] if name not in instance]
        # The error comes once for each missing field; it is told with the first.
        if error.message.startswith(repr(missing[0])):
            facts = {"where": where, "fields": missing}
            yield Flaw(place=place, code="policy.field_missing", facts=facts)
    else:
        facts = {"where": where, "value": _shown(instance), "wanted": _wanted(error)}
        yield Flaw(place=place, code="policy.value_wrong", facts=facts)


def _where(path: tuple[str | int, ...]) -> str:
    if not path:
        return "·"
    return ".".join(f"{step + 1}" if isinstance(step, int) else step for step in path)


def _shown(instance: Any) -> str:  # noqa: ANN401 - any YAML
    if isinstance(instance, Table):
        return "{" + ", ".join(list(instance)[:4]) + "}"
    if isinstance(instance, Series):
        return f"[{len(instance)}]"
    return str(instance)[:_SHOWN_MAX]


def _wanted(error: Any) -> str:  # noqa: ANN401 - jsonschema brings no types
    """Return what the schema wants there: its own description where it has one."""
    rule = error.schema
    if "description" in rule:
        return str(rule["description"])
    if error.validator in {"anyOf", "oneOf"}:
        return " | ".join(_wanted_by(each) for each in error.validator_value)
    return f"{error.validator}: {_plain(error.validator_value)}"


def _wanted_by(rule: dict[str, Any]) -> str:
    told = rule.get("description") or rule.get("$ref", "").rpartition("/")[2] or rule.get("type")
    return _plain(told or sorted(rule))


def _plain(value: Any) -> str:  # noqa: ANN401 - any JSON
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
