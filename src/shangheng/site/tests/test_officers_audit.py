# SPDX-License-Identifier: Apache-2.0
"""What officers did, as the audit compares it and as the page of the log names it."""

import pytest
from django.db import connection, transaction

from shangheng.kernel.evidence import queries
from shangheng.kernel.evidence.bundles import verify_bundle
from shangheng.kernel.evidence.verifying import holds
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import proving, sealing
from shangheng.site.pages.log import NOUNS
from shangheng.site.tests.audited import declared, found, house

pytestmark = pytest.mark.django_db
__all__ = ["declared", "house"]  # fixtures


def test_what_the_log_says_was_done_has_a_name_on_its_page(house: Ledger) -> None:
    said = {what.partition(".")[0] for _, what, _ in queries.named("")}
    assert len(said) > 8
    assert said <= NOUNS.keys()


def test_a_look_at_an_entry_is_sealed_and_its_line_on_the_list_compared(house: Ledger) -> None:
    for change in ("fields = '[]'", "leaf = 0", "at = '?'"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE kernel_access_look SET {change}")
            assert "kernel_access_look" in " ".join(each.where for each in found(house))
            transaction.set_rollback(True)
    assert found(house) == []


def test_an_entry_of_a_register_and_a_version_of_the_ledger_have_bundles(house: Ledger) -> None:
    trusted = sealing.the_log().public
    for object_id in ("WELL-2026-000001", "WELL-2026-000003", "tables/order@1"):
        assert holds(verify_bundle(proving.bundle(house, object_id), trusted)), object_id
