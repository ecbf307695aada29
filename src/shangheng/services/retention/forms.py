# SPDX-License-Identifier: Apache-2.0
"""What is typed into the pages of retention: which records, of which days, for which case."""

from collections.abc import Mapping
from datetime import date

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept.retention import Selection


def day(text: str) -> date | None:
    """Read a day; nothing where nothing is typed."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("retention.day_unreadable", text=text.strip()[:20]) from error


def values(text: str) -> dict[str, str]:
    """Read ``field=value`` lines, such as ``ip=203.0.113.7``."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, is_, value = line.partition("=")
        if not is_ or not name.strip() or not value.strip():
            raise Invalid("retention.value_unreadable", text=line[:100])
        found[name.strip()] = value.strip()
    return found


def selection(typed: Mapping[str, str]) -> Selection:
    """Read which records are meant."""
    return Selection(
        kind=typed.get("kind", "").strip(),
        reporter=typed.get("reporter", "").strip(),
        batch=typed.get("batch", "").strip(),
        since=day(typed.get("since", "")),
        until=day(typed.get("until", "")),
        where=values(typed.get("where", "")),
    )
