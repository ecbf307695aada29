# SPDX-License-Identifier: Apache-2.0
"""Identifiers and their check characters, once in Python and once as SQL.

For every code there is a function that judges one text (``is_uscc``) and one that returns a SQL
expression with the same verdict over a VARCHAR column (``sql_is_uscc``; NULL stays NULL). Both are
strict: no blanks, no lower case, no full-width digits; cleaning is done before. The SQL is that of
DuckDB. It costs well under a microsecond a row; where values repeat, ask it of the distinct ones.

- unified social credit code: GB 32100-2015, 18 characters, MOD 31
- organisation code: GB 11714-1997, 9 characters, MOD 11
- business registration number: GS 15-2006, 15 digits, ISO 7064 MOD 11,10
- GTIN-8, -12, -13, -14: GS1 General Specifications section 7.9, MOD 10
- HS code: 6 digits of the Harmonized System, 8 or 10 of the customs tariff (shape only)
- mobile number: 11 digits (shape only)
- resident identity number: GB 11643-1999, 18 characters, ISO 7064 MOD 11-2
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from operator import mul

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC = "[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION = "[0-9A-Z]{8}[0-9X]"
_REGISTRATION = "[0-9]{15}"
_GTIN = "[0-9]{8}|[0-9]{12,14}"
_HS = "(?:0[1-9]|[1-9][0-9])[0-9]{4}(?:[0-9]{2}){0,2}"
_MOBILE = "1[3-9][0-9]{9}"
_RESIDENT = (
    "[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"


def _weighted(text: str, alphabet: str, weights: Sequence[int]) -> int:
    return sum(map(mul, map(alphabet.index, text), weights))


def uscc_check_character(body: str) -> str:
    """Return the 18th character of a unified social credit code from the first 17."""
    return _USCC_ALPHABET[-_weighted(body, _USCC_ALPHABET, _USCC_WEIGHTS) % 31]


def organisation_check_character(body: str) -> str:
    """Return the 9th character of an organisation code from the first 8."""
    return "0123456789X"[-_weighted(body, _ORGANISATION_ALPHABET, _ORGANISATION_WEIGHTS) % 11]


def registration_check_digit(body: str) -> str:
    """Return the 15th digit of a business registration number from the first 14."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def gtin_check_digit(body: str) -> str:
    """Return the last digit of a GTIN from those before it, whatever its length."""
    return str(-sum(int(d) * (1 if i % 2 else 3) for i, d in enumerate(reversed(body))) % 10)


def resident_check_character(body: str) -> str:
    """Return the 18th character of a resident identity number from the first 17."""
    return _RESIDENT_CHECKS[_weighted(body, "0123456789", _RESIDENT_WEIGHTS) % 11]


def is_uscc(text: str) -> bool:
    """Tell whether a text is a unified social credit code with the right check character."""
    return bool(re.fullmatch(_USCC, text)) and uscc_check_character(text[:17]) == text[17]


def is_organisation_code(text: str) -> bool:
    """Tell whether a text is an organisation code (no hyphen) with the right check character."""
    matches = re.fullmatch(_ORGANISATION, text)
    return bool(matches) and organisation_check_character(text[:8]) == text[8]


def is_registration_number(text: str) -> bool:
    """Tell whether a text is a business registration number with the right check digit."""
    matches = re.fullmatch(_REGISTRATION, text)
    return bool(matches) and registration_check_digit(text[:14]) == text[14]


def is_gtin(text: str) -> bool:
    """Tell whether a text is a GTIN of 8, 12, 13 or 14 digits; all zeros are a placeholder."""
    shape = bool(re.fullmatch(_GTIN, text)) and text.strip("0") != ""
    return shape and gtin_check_digit(text[:-1]) == text[-1]


def is_hs_code(text: str) -> bool:
    """Tell whether a text has the shape of an HS heading of 6, 8 or 10 digits."""
    return bool(re.fullmatch(_HS, text))


def is_mobile(text: str) -> bool:
    """Tell whether a text has the shape of a mobile number of the mainland."""
    return bool(re.fullmatch(_MOBILE, text))


def is_resident_id(text: str) -> bool:
    """Tell whether a text is a resident identity number: real birthday, right check character."""
    if not re.fullmatch(_RESIDENT, text) or resident_check_character(text[:17]) != text[17]:
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return True


def _sql_when(column: str, shape: str, check: str) -> str:
    """Judge the shape first; the check is computed only for rows that have it."""
    return (
        f"CASE WHEN {column} IS NULL THEN NULL "
        f"WHEN regexp_full_match({column}, '{shape}') THEN {check} ELSE FALSE END"
    )


def _sql_weighted(column: str, alphabet: str, weights: Sequence[int]) -> str:
    terms = (
        f"(instr('{alphabet}', substr({column}, {place}, 1)) - 1) * {weight}"
        for place, weight in enumerate(weights, start=1)
    )
    return "(" + " + ".join(terms) + ")"


def _sql_digits(column: str, weights: Sequence[int]) -> str:
    """Sum weighted digits: the character code of a digit is 48 more than the digit."""
    terms = (
        f"ord(substr({column}, {place}, 1)) * {weight}"
        for place, weight in enumerate(weights, start=1)
        if weight
    )
    return "(" + " + ".join(terms) + f" - {48 * sum(weights)})"


def sql_is_uscc(column: str) -> str:
    """Return the SQL twin of ``is_uscc``: the weighted sum of all 18 is a multiple of 31."""
    total = _sql_weighted(column, _USCC_ALPHABET, (*_USCC_WEIGHTS, 1))
    return _sql_when(column, _USCC, f"{total} % 31 = 0")


def sql_is_organisation_code(column: str) -> str:
    """Return the SQL twin of ``is_organisation_code``."""
    body = _sql_weighted(column, _ORGANISATION_ALPHABET, _ORGANISATION_WEIGHTS)
    check = f"(instr('0123456789X', substr({column}, 9, 1)) - 1)"
    return _sql_when(column, _ORGANISATION, f"({body} + {check}) % 11 = 0")


def sql_is_registration_number(column: str) -> str:
    """Return the SQL twin of ``is_registration_number``; MOD 11,10 is folded digit by digit.

    ``(x + 9) % 10 + 1`` is x modulo 10 with ten in place of zero, as ISO 7064 asks.
    """
    product = "10"
    for place in range(1, 15):
        digit = f"ord(substr({column}, {place}, 1)) - 48"
        product = f"((({product} + {digit} + 9) % 10 + 1) * 2 % 11)"
    last = f"ord(substr({column}, 15, 1)) - 48"
    return _sql_when(column, _REGISTRATION, f"({product} + {last}) % 10 = 1")


def sql_is_gtin(column: str) -> str:
    """Return the SQL twin of ``is_gtin``.

    The number is taken apart two digits at a time, from the end, whatever its length. The digits
    of a pair ``p`` count as ``p + 3 * (p // 10)``, since tens vanish in the last digit of the sum.
    """
    halves = (f"({column}::BIGINT // 1000000)::INTEGER", f"({column}::BIGINT % 1000000)::INTEGER")
    pairs = [f"(({half}) // {unit} % 100)" for half in halves for unit in (1, 100, 10_000)]
    pairs.append(f"(({halves[0]}) // 1000000)")
    total = " + ".join(f"{pair} + 3 * ({pair} // 10)" for pair in pairs)
    return _sql_when(column, _GTIN, f"(({total}) % 10 = 0 AND {column}::BIGINT > 0)")


def sql_is_hs_code(column: str) -> str:
    """Return the SQL twin of ``is_hs_code``."""
    return f"regexp_full_match({column}, '{_HS}')"


def sql_is_mobile(column: str) -> str:
    """Return the SQL twin of ``is_mobile``."""
    return f"regexp_full_match({column}, '{_MOBILE}')"


def sql_is_resident_id(column: str) -> str:
    """Return the SQL twin of ``is_resident_id``."""
    body = _sql_digits(column, _RESIDENT_WEIGHTS)
    check = f"instr('{_RESIDENT_CHECKS}', substr({column}, 18, 1)) - 1 = {body} % 11"
    birthday = f"try_strptime(substr({column}, 7, 8), '%Y%m%d') IS NOT NULL"
    return _sql_when(column, _RESIDENT, f"({check} AND {birthday})")


BY_SCHEME: dict[str, tuple[Callable[[str], bool], Callable[[str], str]]] = {
    "uscc": (is_uscc, sql_is_uscc),
    "organisation": (is_organisation_code, sql_is_organisation_code),
    "registration": (is_registration_number, sql_is_registration_number),
    "resident": (is_resident_id, sql_is_resident_id),
    "mobile": (is_mobile, sql_is_mobile),
    "gtin": (is_gtin, sql_is_gtin),
    "hs": (is_hs_code, sql_is_hs_code),
}
"""The rule of each scheme of codes, and its twin in SQL."""
