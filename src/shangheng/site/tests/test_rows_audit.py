# SPDX-License-Identifier: Apache-2.0
"""Rows changed, taken out and put in behind the actions: each is named, put right it is clean."""

from itertools import zip_longest

import pytest
from django.db import connection, transaction

from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.records.store.home import Ledger
from shangheng.site.tests.audited import declared, found, house

pytestmark = pytest.mark.django_db
__all__ = ["declared", "house"]  # fixtures

DIGEST = "ifnull(answer->>'$.sealed', '?')"
CHANGED = {
    "kernel_access_post": (
        "void = 1", "until = '2031-01-01 00:00:00'", "until = NULL", "person = 'li'",
        "region = ''", "second_factor = 1 - second_factor", "given_by = 'li'", "reason = ''",
        "since = 'soon'",
    ),
    "kernel_access_post_act": (
        "number = number + 10", "act = 'undone'", "by = 'li'", "reason = '升职'", "leaf = 0",
        "at = '2026-01-01 00:00:00'", "until_before = '2031-01-01 00:00:00'", "at = '?'",
    ),
    "kernel_access_token": (
        "digest = digest || '0'", "scopes = '[\"records.write\"]'", "scopes = '3'",
        "expires_at = '2040-01-01 00:00:00'", "revoked_at = NULL",
        "revoked_at = '2040-01-01 00:00:00'", "person = 'li'", "scopes = '['",
    ),
    "kernel_access_person_act": (
        "person = 'li'", "act = 'added'", "by = 'li'", "reason = '离职了'", "leaf = 0",
        "number = number || '0'",
    ),
    "auth_user": ("is_active = 1 - is_active", "username = username || '2'"),
    "kernel_withdrawal": (
        "reason = ''", "digest = ''", "kind = 'x'", "records = 2", "ledger_version = 0",
        "withdrawn_at = '2026-01-01 00:00:00'",
    ),
    "kernel_posting": ("by = 'li'", "leaf = 0", "at = '2026-01-01 00:00:00'"),
    "kernel_account": (
        "owner_id = ' ' || substr(owner_id, 2)", "owner_id = upper(owner_id)", "floor = -1",
    ),
    "kernel_transfer": (
        "amount = amount + 1", "facts = '{}'", "posting = upper(posting)", "posting = NULL",
    ),
    "kernel_agreement": (
        "end_reason = '到期'", "end_reason = 'x'", "ended_at = NULL", "until = '2031-01-01'",
        "ended_at = '2026-01-01 00:00:00'", "adopted_at = '2026-01-01 00:00:00'", "last = 9",
    ),
    "kernel_parcel": ("first = 7", "made_at = '2026-01-01 00:00:00'", "made_at = '?'"),
    "kernel_delivery": (
        "partner = 'li'", "records = records + 1", "answer = '{\"asked\": 1}'", "answer = '[]'",
        "delay_ms = 1", "reason = 'late'", "number = 9", "outcome = 'failed'", "leaf = 0",
        "at = '2026-01-01 00:00:00'", "answer = '?'",
        f"answer = replace(answer, {DIGEST}, upper({DIGEST}))",
    ),
    "kernel_received": (
        "content = ''", "records = 0", "withdrawn = 1", "rejected = 1", "kind = 'x'",
        "batch = 'x'", "closing = 'delete'", "number = 2", "leaf = 0",
        "received_at = '2026-01-01 00:00:00'",
    ),
}  # fmt: skip
APART = {
    "kernel_access_post_act", "kernel_access_token", "auth_user", "kernel_transfer",
    "kernel_parcel",
}  # fmt: skip
"""Tables of which a change may be named where another one's would be: not changed together."""


def where(home: Ledger) -> set[str]:
    return {word for each in found(home) for word in each.where.split()}


def done(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("apart", [True, False])
def test_whatever_is_changed_in_a_row_that_is_sealed_is_named(
    house: Ledger, *, apart: bool
) -> None:
    some = [[(table, change) for change in changes]
            for table, changes in CHANGED.items() if (table in APART) is apart]  # fmt: skip
    done("PRAGMA ignore_check_constraints = ON")
    for changes in zip_longest(*some):
        with transaction.atomic():
            for table, change in filter(None, changes):
                done(f"UPDATE {table} SET {change}")
            named = where(house)
            for table, change in filter(None, changes):
                assert [word for word in named if word.startswith(f"{table}/")], (table, change)
            transaction.set_rollback(True)
    assert found(house) == []
    done("PRAGMA ignore_check_constraints = OFF")


TAKEN_OUT = {
    "kernel_access_post_act": "post.", "kernel_access_token": "token.",
    "kernel_access_person_act": "person.", "kernel_withdrawal": "record.withdrawn",
    "kernel_posting": "transfers.posted", "kernel_delivery": "exchange.",
    "kernel_received": "exchange.received", "kernel_subscription": "exchange.replayed",
    "kernel_parcel": "exchange.cut",
}  # fmt: skip


def test_a_row_that_was_taken_out_is_missed_and_one_put_in_has_no_leaf(house: Ledger) -> None:
    for table, what in TAKEN_OUT.items():
        with transaction.atomic():
            done(f"DELETE FROM {table}")
            gone = [each for each in found(house) if each.code == "evidence.object_gone"]
            assert {each.facts["what"] for each in gone if each.facts["what"].startswith(what)}, (
                what
            )
            transaction.set_rollback(True)
    for table, copied in PUT_IN.items():
        with transaction.atomic():
            done(f"INSERT INTO {table} ({', '.join(copied)}) "
                 f"SELECT {', '.join(copied.values())} FROM {table} LIMIT 1")  # fmt: skip
            unsealed = [each for each in found(house) if each.code == "evidence.object_unsealed"]
            assert [each for each in unsealed if each.where.startswith(f"{table}/")], table
            transaction.set_rollback(True)
    assert found(house) == []


def columns(names: str, **given: str) -> dict[str, str]:
    return {**{name: name for name in names.split()}, **given}


PUT_IN = {
    "kernel_access_post": columns(
        "person role region department party since until void second_factor given_by reason",
        uuid="'00000000000000000000000000000001'",
    ),
    "kernel_access_post_act": columns(
        "post_id act by at reason until_before", number="99", leaf="0"
    ),
    "kernel_access_token": columns(
        "person name scopes issued_at expires_at revoked_at",
        uuid="'00000000000000000000000000000001'", digest="'x'",
    ),
    "kernel_access_person_act": columns("act person by at reason leaf", number="'x'"),
    "kernel_withdrawal": columns(
        "reporter_id kind reason digest records ledger_version withdrawn_at", number="'x'"
    ),
    "kernel_posting": columns("by at leaf", posting="'00000000000000000000000000000001'"),
    "kernel_delivery": columns(
        "agreement partner outcome reason records delay_ms answer at leaf", number="99"
    ),
    "kernel_received": columns(
        "agreement edition provider content kind records withdrawn rejected closing batch "
        "received_at leaf",
        number="99",
    ),
}  # fmt: skip


def test_of_every_kind_of_leaf_the_content_is_compared(house: Ledger) -> None:
    last = {what: index for index, what, _ in queries.named("")}
    assert len(last) > 35
    some = f"({', '.join(map(str, last.values()))})"
    done(f'UPDATE kernel_leaf SET salt = zeroblob(16) WHERE "index" IN {some}')
    named = where(house)
    silent = {what for what, index in last.items() if f"kernel_leaf/{index}" not in named}
    assert silent == set()


def test_a_sealed_sum_is_that_of_the_books_and_its_leaf_says_so(house: Ledger) -> None:
    (leaf,) = queries.leaves_saying("balances.proved")
    facts = entries.parse(leaf.entry).facts
    done("UPDATE kernel_transfer SET at = '2031-01-01 00:00:00' WHERE key = 'T1'")
    assert f"balances/{facts['unit']}" in where(house)
