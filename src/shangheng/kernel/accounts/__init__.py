# SPDX-License-Identifier: Apache-2.0
"""Accounts (账户): what is counted and conserved: money, pieces, kilograms, seats, quota places.

Double entry over any unit: a *transfer* takes an amount from one account and gives it to another
of the same unit, so that the sum of all balances of a unit is always zero. An account may have a
*floor* and a *ceiling* that no transfer can break. Transfers are never edited or removed; each has
a key and is booked once, however often it is sent. A *pending* transfer holds its amount until it
is posted, voided or past its time; *linked* transfers are booked all or none. Amounts are whole
numbers of the unit's smallest piece; what has more decimals than its unit is refused, never
rounded.

Reads `parties`: an account has an owner. Funds, deposits, guarantees, vouchers, quotas and stock
of the services are accounts here.

``actions.post([Transfer(key="2026-0001", source="treasury", target="fund", amount=100)], at=now)``
returns one outcome for each; ``queries.balance("fund", at=moment)`` answers for any moment.
"""
