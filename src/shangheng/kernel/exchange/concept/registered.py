# SPDX-License-Identifier: Apache-2.0
"""A register as it is shared: a record for what an entry says from a day on.

Who has all records of an entry knows what it said on any day: the last that began. Where an entry
ends, or is no longer covered by the agreement, a record says that from that day on it is *ended*,
and nothing more. A correction takes the place of what it corrects. Two houses may give the same
number to different entries, so that a record says whose it is.
"""

from dataclasses import dataclass, replace

from shangheng.kernel.records.concept.fields import Day, Field, OneOf, PartyCode, Text
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.registers.concept.forms import Files
from shangheng.kernel.registers.concept.kinds import RegisterKind

HOUSE, NUMBER, SINCE, STATE = "entry_of", "entry_no", "in_force_from", "entry_state"
CURRENT, ENDED = "current", "ended"
_OWN: tuple[Field, ...] = (
    PartyCode(HOUSE, zh="登记机关", en="house that keeps it"),
    Text(NUMBER, zh="登记号", en="number of the entry", max=60),
    Day(SINCE, zh="生效日", en="in force from", ahead=True),
    OneOf(
        STATE,
        zh="状态",
        en="state",
        values={CURRENT: ("有效", "in force"), ENDED: ("已终止或移出范围", "ended or left")},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Registered(RecordKind):
    """The records that a register gives; attached files are none of them."""

    register: RegisterKind


def as_records(register: RegisterKind) -> Registered:
    """Return a register as a kind of record, under its own name."""
    return Registered(
        name=register.name, zh=register.zh, en=register.en, basis=register.basis,
        key=(HOUSE, NUMBER, SINCE), day=SINCE, authority=HOUSE, retain="statistic",
        register=register,
        fields=_OWN + tuple(_shared(e) for e in register.fields if not isinstance(e, Files)),
    )  # fmt: skip


def _shared(field: Field) -> Field:
    """Return a field as shared: it may be left out, and a day may lie ahead, as an expiry does."""
    return (
        replace(field, optional=True, ahead=True)
        if isinstance(field, Day)
        else replace(field, optional=True)
    )
