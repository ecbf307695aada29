# SPDX-License-Identifier: Apache-2.0
"""What follows an order: money through an institution, a parcel by a carrier, money back.

Payments and parcels are reported by others than the platform, so they also tell of orders that
the platform keeps to itself. Money in cents, weight in 10 g, times in seconds, -1 = not (yet).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shangheng.simulate import codes, goods, orders, people, planted, rhythm
from shangheng.simulate.chance import Flags, Ints, Luck, counts, happens
from shangheng.simulate.orders import EXPORT, Basket, Deal, Money, Terms
from shangheng.simulate.world import World

INSTITUTIONS = ("I01", "I02", "I03")
CARRIERS = ("C01", "C02", "C03", "C04")
METHODS = ("alipay", "wechat", "unionpay", "bank")
ALIPAY, WECHAT, UNIONPAY, BANK = range(4)
REASONS = ("seven_day", "quality", "not_as_described", "not_received", "other")
SEVEN_DAY, QUALITY, NOT_AS_DESCRIBED, NOT_RECEIVED, OTHER = range(5)

# Slowness of a carrier; its numbers begin with its own digit.
_PACE = np.array([0.75, 1.0, 1.1, 1.25])
_ABROAD_HOURS = 260.0
_NUMBERS = 10**12
SECOND_PARCEL = 100_000_000_000
"""What is added to an order's number for the number of its second parcel."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """How an order went on: sent, arrived, given back."""

    shipped_at: Ints
    received_at: Ints
    carrier: Ints
    refunded: Ints
    refund_at: Ints
    requested_at: Ints
    reason: Ints
    goods_back: Flags


@dataclass(frozen=True, kw_only=True)
class Parcels:
    """Parcels, sorted by carrier; ``order`` is the row of the order in its chunk."""

    order: Ints
    carrier: Ints
    number: Ints
    weight: Ints
    empty: Flags
    reused: Flags


@dataclass(frozen=True, kw_only=True)
class Payments:
    """Payments and failed attempts, sorted by institution."""

    order: Ints
    institution: Ints
    number: Ints
    method: Ints
    success: Flags
    paid_at: Ints


def course(world: World, rng: Generator, deal: Deal, terms: Terms, money: Money) -> Course:
    """Send, deliver and take back, as far as it happens before reporting ends."""
    size = len(deal.index)
    paid = money.paid_at >= 0
    luck = rng.random((6, size), dtype=np.float32)
    refund, cancelled = _refund_wish(world, deal, terms, luck)
    sent = _sent(rng, deal, terms, money.paid_at)
    shipped = np.where(paid & ~terms.service & ~cancelled & (sent < world.end), sent, -1)
    carrier = _carrier(deal, luck[2])
    arrives = sent + _transit(world, rng, terms, carrier) + _blocked(world, terms, sent)
    used = money.paid_at + counts(rhythm.HOUR * (1 + 40 * luck[3] ** 2))
    arrives = np.where(terms.service, used, arrives)
    begun = np.where(terms.service, money.paid_at, shipped)
    received = np.where(paid & ~cancelled & (begun >= 0) & (arrives < world.end), arrives, -1)
    wish = rhythm.HOUR * (2 + 160 * luck[4] ** 2)
    basis = np.where(cancelled, money.paid_at, received)
    requested = basis + wish.astype(np.int64) // np.where(cancelled, 8, 1)
    back = requested + rhythm.HOUR * (3 + counts(60 * luck[5]))
    settled = paid & (refund | cancelled) & (basis >= 0) & (back < world.end)
    partial = settled & ~cancelled & happens(luck[1], 0.3)
    part = np.maximum(1, money.paid * (1 + counts(luck[1] * 20)) // 10)
    amount = np.where(partial, np.minimum(part, money.paid), money.paid)
    settled &= amount > 0
    return Course(
        shipped_at=shipped,
        received_at=received,
        carrier=carrier,
        refunded=np.where(settled, amount, 0),
        refund_at=np.where(settled, back, -1),
        requested_at=np.where(settled, requested, -1),
        reason=_reason(luck[0], luck[4], cancelled, partial),
        goods_back=settled & ~partial & ~cancelled & ~terms.service,
    )


def _refund_wish(
    world: World,
    deal: Deal,
    terms: Terms,
    luck: Luck,
) -> tuple[Flags, Flags]:
    rate = goods.return_rates()[world.stock.category[deal.product]]
    rate = np.where(deal.platform == people.LIVE, 1.8 * rate, rate)
    genuine = (deal.plot != planted.SELF_BUYING) & (deal.plot != planted.STRUCTURING)
    cancelled = genuine & ~terms.service & ~happens(luck[0], 0.985)
    return genuine & happens(luck[0], rate), cancelled


def _sent(rng: Generator, deal: Deal, terms: Terms, paid_at: Ints) -> Ints:
    """Return when the goods leave: about half a day after payment, fresh food sooner."""
    hours = np.exp(rng.standard_normal(len(paid_at), dtype=np.float32) * 0.7 + 2.5)
    hours = np.where(deal.platform == people.FRESH, hours / 4, hours)
    hours = np.where(deal.plot == planted.SELF_BUYING, hours / 3, hours)
    hours = np.where(terms.cross > 0, hours * 2, hours)
    return paid_at + 600 + counts(np.minimum(hours, 240) * rhythm.HOUR)


def _carrier(deal: Deal, luck: Luck) -> Ints:
    """Return the carrier: each shop has its own for most of its parcels."""
    usual = (codes.mix(deal.shop) % np.uint64(8)).astype(np.int64)
    usual = np.array([0, 0, 1, 1, 1, 2, 2, 3])[usual]
    other = counts(luck * 400) % 4
    carrier = np.where(happens(luck, 0.85), usual, other)
    return np.where(deal.platform == people.CROSS, 3, carrier)


def _transit(world: World, rng: Generator, terms: Terms, carrier: Ints) -> Ints:
    """Return seconds on the way: by distance and carrier, slower to the countryside."""
    distance = world.distance_km[terms.buyer_place]
    hours = 10 + distance / 26.0 + 10.0 * terms.buyer_rural + 14.0 * terms.village
    hours = np.where(terms.cross == EXPORT, _ABROAD_HOURS, hours)
    noise = np.exp(rng.standard_normal(len(hours), dtype=np.float32) * 0.25)
    return counts(hours * _PACE[carrier] * noise * rhythm.HOUR)


def _blocked(world: World, terms: Terms, sent: Ints) -> Ints:
    """Return the seconds that parcels wait which leave for a province whose roads are closed."""
    shock = world.shock
    day = sent // rhythm.DAY
    there = shock.places[terms.buyer_place] & (terms.buyer_place >= 0)
    caught = there & (day >= shock.first_day) & (day <= shock.last_day)
    return np.where(caught, shock.hours * rhythm.HOUR, 0)


def _reason(
    luck: Luck,
    other: Luck,
    cancelled: Flags,
    partial: Flags,
) -> Ints:
    """Return the reason: most within seven days without one, partial ones for quality."""
    drawn = counts(codes.mix(counts(luck * 1e7)) % np.uint64(10_000)) / 10_000
    late = ~happens(other, 0.95)
    full = np.select(
        [late | happens(drawn, 0.06), happens(drawn, 0.24), happens(drawn, 0.4)],
        [OTHER, QUALITY, NOT_AS_DESCRIBED],
        SEVEN_DAY,
    )
    full = np.where(happens(drawn, 0.96), full, NOT_RECEIVED)
    part = np.where(happens(drawn, 0.6), QUALITY, NOT_AS_DESCRIBED)
    return np.where(cancelled, OTHER, np.where(partial, part, full))


def parcels(world: World, rng: Generator, deal: Deal, filled: Basket, went: Course) -> Parcels:
    """Pack and number the parcels; empty ones and borrowed numbers belong to staged sales.

    One in six baskets of more than one line goes in two parcels.
    """
    order = np.flatnonzero(went.shipped_at >= 0)
    second = order[filled.many[order] & happens(rng.random(len(order)), 0.17)]
    more = np.repeat((False, True), (len(order), len(second)))
    order = np.concatenate((order, second))
    sort = np.argsort(went.carrier[order], kind="stable")
    order, more = order[sort], more[sort]
    size = len(order)
    luck = rng.random((2, size))
    piece = goods.weights()[world.stock.category[deal.product[order]]]
    weight = counts(piece * filled.pieces[order] * (0.7 + 0.6 * luck[0])) + 5
    weight = np.where(more, weight // 2, weight)
    staged = deal.plot[order] == planted.SELF_BUYING
    strength = world.plots.strength[deal.ring[order]]
    empty = staged & (luck[1] < np.array(planted.EMPTY_PARCEL)[strength])
    reused = staged & (luck[0] < np.array(planted.REUSED_NUMBER)[strength])
    carrier = went.carrier[order]
    number = _numbers(carrier + 2, deal.index[order] + SECOND_PARCEL * more)
    lender = rng.integers(0, max(1, size), size)
    reused &= (carrier[lender] != carrier) & ~reused[lender]
    return Parcels(
        order=order,
        carrier=carrier,
        number=np.where(reused, number[lender], number),
        weight=np.where(empty, 0, weight),
        empty=empty,
        reused=reused,
    )


def _numbers(digit: Ints, index: Ints) -> Ints:
    """Return distinct thirteen-digit numbers that begin with the digit."""
    tail = codes.scramble(index, factor=2_654_435, shift=9_176, prime=999_999_999_989)
    return digit * _NUMBERS + tail


def payments(rng: Generator, deal: Deal, terms: Terms, money: Money) -> Payments:
    """Collect through three institutions; two in a hundred payments fail once before."""
    paid = np.flatnonzero(money.paid_at >= 0)
    failed = paid[happens(rng.random(len(paid)), 0.02)]
    order = np.concatenate((paid, failed))
    success = np.arange(len(order)) < len(paid)
    mixed = codes.mix(deal.buyer[order] * 7 + deal.index[order] % 4)
    drawn = counts(mixed % np.uint64(10_000)) / 10_000
    shares = (happens(drawn, 0.46), happens(drawn, 0.85), happens(drawn, 0.93))
    method = np.select(shares, (ALIPAY, WECHAT, UNIONPAY), BANK)
    method = np.where((terms.mode[order] == orders.B2B) & ~happens(drawn, 0.3), BANK, method)
    institution = np.minimum(method, UNIONPAY)
    at = money.paid_at[order] - np.where(success, 0, 1 + counts(3 * drawn))
    sort = np.argsort(institution * 2 + ~success, kind="stable")
    number = codes.scramble(
        deal.index[order] * 2 + ~success, factor=7_654_321, shift=31_337, prime=999_999_999_989
    )
    return Payments(
        order=order[sort],
        institution=institution[sort],
        number=((institution + 1) * 10 * _NUMBERS + number)[sort],
        method=method[sort],
        success=success[sort],
        paid_at=at[sort],
    )
