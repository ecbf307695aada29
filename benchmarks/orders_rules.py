# SPDX-License-Identifier: Apache-2.0
"""What the order kind checks, as plain facts that any other tool can be told.

From the declaration come types, what is required, code lists, lengths and divisions; the
cross-field rules are named here and written once in each tool's own way. Left out, in favour of
the others: pseudonyms, record hashes, what a reporter usually sends, the roster of shops, reasons
in two languages, and everything that happens after the check.
"""

from datetime import UTC, datetime, timedelta

from benchmarks.data import COLUMNS
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.regions import queries as regions
from shangheng.services.statistics.records import ORDER

FIELDS = tuple(field for field in ORDER.fields if field.name in COLUMNS)
KEY = list(ORDER.key)
REQUIRED = tuple(field.name for field in FIELDS if not field.optional)
TEXTS = {field.name: field for field in FIELDS if isinstance(field, f.Text)}
CODES = {field.name: list(field.values) for field in FIELDS if isinstance(field, f.OneOf)}
NUMBERS = tuple(field.name for field in FIELDS if isinstance(field, f.Number))
TIMES = tuple(field.name for field in FIELDS if isinstance(field, f.Time))
REGIONS = tuple(field.name for field in FIELDS if isinstance(field, f.Region))
UNFIT = r"[\x00-\x1f\x7f]|^[=@]|^[+-].*[|!(]"
"""Control characters, and what a spreadsheet would take for a formula."""
TIME_FORM = "%Y-%m-%d %H:%M:%S"
EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001 - Beijing wall-clock time, as the orders tell it


def latest() -> datetime:
    """Return the moment after which a time lies in the future: a day from now, in Beijing."""
    now = datetime.now(UTC) + timedelta(hours=8, days=1)  # noqa: TID251 - the bench has no clock
    return now.replace(tzinfo=None)


def divisions() -> list[str]:
    """Return the codes of divisions down to townships."""
    return sorted(regions.known_codes())
