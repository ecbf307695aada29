# SPDX-License-Identifier: Apache-2.0
"""Letters: printed as PDF, and checked by anybody who holds one, by the code on it."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shangheng.kernel.cases import papers
from shangheng.kernel.cases.concept.letters import sealed_content
from shangheng.kernel.cases.concept.views import LetterView
from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import bundles, entries
from shangheng.kernel.evidence import queries as log
from shangheng.kernel.evidence.cover import Cover
from shangheng.kernel.periods import CHINA
from shangheng.site import paper as sheets
from shangheng.site import places, proving, sealing, wiring, words


def told(letters: Iterable[LetterView]) -> list[dict[str, Any]]:
    """Return letters as pages list them."""
    return [
        {"letter": each, "title": words.either(each.content["title"]["zh"], _english(each))}
        for each in letters
    ]


def _english(letter: LetterView) -> str:
    return str(letter.content["title"]["en"])


@require_safe
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a letter and say whether it is genuine."""
    code = request.GET.get("code", "").strip()
    return redirect("letter", code) if code else _page(request, {})


@require_safe
@never_cache
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a letter is genuine, and what stands on it if it is."""
    try:
        found = papers.letter(code)
    except NotFound as refusal:
        why = words.message(refusal, words.language())
        return _page(request, {"typed": code[:40], "why": why}, status=404)
    facts: dict[str, Any] = {
        "letter": found,
        "title": told([found])[0]["title"],
        "region": places.region_name(found.content["region"]) if found.content["region"] else "",
        "typed": found.code,
    }
    return _page(request, facts)


def _page(request: HttpRequest, facts: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "site/cases/letter.html", facts, status=status)


@require_safe
@never_cache
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """Return a letter as PDF; one that is not as it was sealed is not printed."""
    found = papers.letter(code)
    if not found.is_genuine:
        raise NotFound("letter.unknown", code=code[:40])
    content = found.content
    path = reverse("letter", args=[found.code])
    printed = sheets.sheet(
        sheets.Sheet(
            title=content["title"]["zh"], english=_english(found), issuer=wiring.place().zh,
            number=found.case, at=found.issued_at, code=found.code,
            link=settings.ADDRESS + path if settings.ADDRESS else request.build_absolute_uri(path),
            parts=(
                *_texts(content["zh"]), _date(found), *_signed(found),
                sheets.Heading(_english(found)), *_texts(content["en"], soft=True),
            ),
        )
    )  # fmt: skip
    response = HttpResponse(printed, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.case}-{found.name}.pdf"'
    return response


def _texts(paragraphs: list[str], *, soft: bool = False) -> tuple[sheets.Text, ...]:
    return tuple(sheets.Text(each, soft) for each in paragraphs)


def _signed(found: LetterView) -> tuple[sheets.Facts, ...]:
    """Return who signed the text, each with the entry of the log that proves it."""
    rows = tuple(
        (f"签署 Signed #{each.leaf}", f"{each.name}  {each.at.astimezone(CHINA):%Y-%m-%d %H:%M}")
        for each in found.signatures
    )
    return (sheets.Facts(rows),) if rows else ()


def _date(found: LetterView) -> sheets.Facts:
    year, month, day = found.content["on"].split("-")
    return sheets.Facts((("出具日期", f"{year}年{int(month)}月{int(day)}日"),))


@require_safe
@never_cache
def evidence(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001
    """Return what proves a letter without this house: words, code, proof and checkpoint."""
    found = papers.letter(code)
    sealing.publish(found.leaf)
    lines = (
        ("文书", "Letter", f"{found.content['title']['zh']} {_english(found)}"),
        ("办件", "Case", found.case),
        ("核验码", "Code", found.code),
    )
    bundle = bundles.Bundle(
        entries.canonical(sealed_content(found.code, found.content)),
        log.proof_of(sealing.the_log(), log.leaf(found.leaf)),
        Cover("文书存证", "Evidence of a letter", lines),
        extras=proving.page(),
    )
    response = HttpResponse(bundles.write(bundle), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{found.case}-{found.name}.zip"'
    return response
