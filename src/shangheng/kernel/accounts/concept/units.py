# SPDX-License-Identifier: Apache-2.0
"""Units and exact amounts: whole numbers of a unit's smallest piece (fen, grams, single seats)."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from shangheng.kernel.errors import Invalid

INT64_MAX = 2**63 - 1
"""What one amount or balance may come to, in smallest pieces: the databases' largest integer."""
DECIMALS_MAX = 12
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted, and into how many decimals a whole one divides; never changed later."""

    code: str
    zh: str
    en: str
    decimals: int

    def __post_init__(self) -> None:
        """Refuse what no column could hold."""
        if not _CODE.fullmatch(self.code) or not 0 <= self.decimals <= DECIMALS_MAX:
            raise Invalid("unit.malformed", unit=self.code, decimals=self.decimals)


# Decimals as in ISO 4217, table A.1 (minor unit).
CNY = Unit("CNY", "元", "yuan", 2)
USD = Unit("USD", "美元", "US dollar", 2)
EUR = Unit("EUR", "欧元", "euro", 2)
HKD = Unit("HKD", "港元", "Hong Kong dollar", 2)
JPY = Unit("JPY", "日元", "yen", 0)
KRW = Unit("KRW", "韩元", "won", 0)


def pieces_of(amount: Decimal | int | str, unit: Unit) -> int:
    """Return an amount in smallest pieces; one with more decimals than its unit is refused."""
    try:
        sign, digits, exponent = Decimal(amount).as_tuple()
    except InvalidOperation as error:
        raise Invalid("amount.not_a_number", amount=amount) from error
    if not isinstance(exponent, int) or exponent + unit.decimals > len(str(INT64_MAX)):
        raise Invalid("amount.not_a_number", amount=amount)
    whole, shift = int("".join(map(str, digits))), exponent + unit.decimals
    # No more zeros than digits: the rest would not change what is left over.
    up, down = int(10 ** max(shift, 0)), int(10 ** min(max(-shift, 0), len(digits)))
    pieces, beyond = divmod(whole * up, down)
    if beyond:
        raise Invalid(
            "amount.too_precise", amount=str(amount), unit=unit.code, decimals=unit.decimals
        )
    return -pieces if sign else pieces


def amount_of(pieces: int, unit: Unit) -> Decimal:
    """Return what a number of smallest pieces comes to, exactly."""
    digits = tuple(int(digit) for digit in str(abs(pieces)))
    return Decimal((int(pieces < 0), digits, -unit.decimals))


def written(pieces: int, unit: Unit) -> str:
    """Write an amount with all the decimals of its unit: ``-1234.50``."""
    return format(amount_of(pieces, unit), "f")
