# SPDX-License-Identifier: Apache-2.0
"""The data dictionary: what can be reported, and in which form."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import NotFound
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import (
    STANDARD,
    RecordKind,
    Rule,
)
from shangheng.kernel.records.concept.retention import CLASSES, classes_of, floor_on
from shangheng.site import clock, kinds, words
from shangheng.site.registry import REGISTRY

SENSITIVITY = {
    "public": ("公开", "public"),
    "business": ("监管可见", "supervisors only"),
    "personal": ("个人信息，有办案用途方可查", "personal, for a case with a purpose"),
}
PSEUDONYMISED = ("个人信息，入库即假名化", "personal, pseudonymised at the door")


@dataclass(frozen=True)
class Column:
    """A field as the dictionary shows it."""

    field: f.Field
    hint: str
    codes: tuple[tuple[str, str], ...]
    sensitivity: str
    is_key: bool


def known(name: str) -> RecordKind:
    """Return a kind, or the page that says which there are."""
    if name not in REGISTRY.kinds:
        raise NotFound("kind.unknown", kind=name, known=sorted(REGISTRY.kinds))
    return REGISTRY.kinds[name]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List every kind of record."""
    return render(request, "site/kinds.html", {"kinds": list(REGISTRY.kinds.values())})


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one kind: its columns, its checks, its templates."""
    kind = known(name)
    facts = {
        "kind": kind,
        "columns": [_column(field, kind) for field in kind.fields],
        "rules": rules(kind),
        "kept": [
            (words.either(*CLASSES[each]), floor_on(clock.now().date()))
            for each in classes_of(kind)
        ],
    }
    return render(request, "site/kind.html", facts)


def _column(field: f.Field, kind: RecordKind) -> Column:
    zh, en = kinds.hint(field)
    codes: tuple[tuple[str, str], ...] = ()
    if isinstance(field, f.OneOf):
        zh, en = type(field).hint_zh, type(field).hint_en
        codes = tuple((code, words.either(*pair)) for code, pair in field.values.items())
    return Column(
        field=field,
        hint=words.either(zh, en),
        codes=codes,
        sensitivity=words.either(
            *(PSEUDONYMISED if isinstance(field, f.Person) else SENSITIVITY[field.sensitivity])
        ),
        is_key=field.name in kind.key,
    )


def rules(kind: RecordKind) -> list[Rule]:
    """Return every rule that a row of the kind can break, in the order of their numbers."""
    own = [check.rule for check in kind.checks] + [each.rule for each in kind.refers]
    general = [
        replace(
            rule,
            zh=rule.zh.replace("{hint_zh}", "该列要求的格式"),
            en=rule.en.replace("{hint_en}", "what the column asks for"),
        )
        for rule in STANDARD
    ]
    return sorted([*general, *own], key=lambda rule: rule.number)


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """Return the JSON Schema of a kind."""
    plain = kinds.json_schema(known(name))
    response = JsonResponse(plain, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/schema+json"
    return response


@require_safe
def template(request: HttpRequest, name: str, form: str) -> HttpResponse:  # noqa: ARG001
    """Return the empty import template of a kind."""
    return template_file(known(name), form)


def template_file(kind: kinds.Columns, form: str) -> HttpResponse:
    """Return a template as a download."""
    writers = {"csv": (kinds.template_csv, "text/csv; charset=utf-8")}
    writers["xlsx"] = (
        kinds.template_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    if form not in writers:
        raise NotFound("format.unknown", format=form, known=sorted(writers))
    write, media = writers[form]
    response = HttpResponse(write(kind), content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{kind.name}.{form}"'
    return response
