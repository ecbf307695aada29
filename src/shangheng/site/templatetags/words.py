# SPDX-License-Identifier: Apache-2.0
"""Tags for texts, numbers, times and addresses of static files."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shangheng.kernel.policies.concept import document_of, label_of
from shangheng.site import wiring, words

register = template.Library()
register.filter("label", words.label)
register.filter("exact", words.exact)
register.filter("amount", words.amount)


@register.simple_tag
def zh_en(zh: str, en: str) -> str:
    """Write the text of the reader's language."""
    return words.either(zh, en)


@register.simple_tag
def pair(values: tuple[str, str]) -> str:
    """Write the text of the reader's language from a pair."""
    return words.either(*values)


@register.filter
def listed(texts: Iterable[object]) -> str:
    """Write several texts one after another, as the reader's language separates them."""
    return words.either("、", ", ").join(map(str, texts))


@register.filter
def cited(basis: Iterable[str]) -> SafeString:
    """Write legal bases; a clause of the library leads to what it says."""
    return format_html_join(words.either("；", "; "), "{}", ((_cited(ref),) for ref in basis))


def _cited(ref: str) -> str:
    document, label = wiring.library().documents.get(document_of(ref)), label_of(ref)
    clauses = document.clauses if document and label else ()
    # A heading stands for the first of its clauses.
    under = [each.label for each in clauses if each.label.startswith(label)]
    if document is None or not under:
        return ref
    anchor = label if label in under else under[0]
    address = f"{reverse('policy:document', args=[document.id])}#{quote(anchor)}"
    return format_html('<a href="{}">{}</a>', address, ref)


@register.filter
def compact(value: words.Amount | None) -> SafeString:
    """Write a number short, with the exact one for pointer, keyboard and screen reader."""
    if value is None:
        return format_html('<span class="missing">{}</span>', "—")
    number, word = words.compact(value)
    written = '<data value="{0}" title="{0}">{1} {2}</data>'
    return format_html(written, words.exact(value), number, word)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Write a moment in Beijing time."""
    if value is None:
        return SafeString("—")
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), words.moment_text(value)
    )


@register.filter
def day(value: date | None) -> SafeString:
    """Write a day."""
    if value is None:
        return SafeString("—")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.day_text(value))


@register.filter
def size(count: int) -> str:
    """Write a number of bytes."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - a thousand is a thousand
            return f"{amount:,.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


@cache
def _digest(name: str) -> str:
    path = finders.find(name)
    return hashlib.sha256(Path(str(path)).read_bytes()).hexdigest()[:12] if path else "missing"


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, so it may be kept forever."""
    return f"{static(name)}?v={_digest(name)}"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """Return the query of this page with some values changed; ``None`` takes one away."""
    now = context["request"].GET
    pairs = [(key, value) for key in now for value in now.getlist(key) if key not in changes]
    pairs += [(key, str(value)) for key, value in changes.items() if value not in {None, ""}]
    return "?" + urlencode(pairs)
