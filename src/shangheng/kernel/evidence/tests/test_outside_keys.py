# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import actions, log, queries
from shangheng.kernel.evidence.keys import parse_signer
from shangheng.kernel.evidence.tests.logs import AT

pytestmark = pytest.mark.django_db


def test_keys_kept_elsewhere_rotate_in_the_settings_and_never_touch_the_disk(
    tmp_path: Path,
) -> None:
    old, new = (log.new_key("elsewhere/log").text for _ in range(2))
    a_log = log.make(tmp_path, name="x", at=AT, given=old)
    actions.begin(a_log, at=AT)
    actions.add_sm2(a_log, at=AT)
    for change in (
        lambda: actions.rotate(a_log, at=AT),
        lambda: actions.retire(
            log.opened(tmp_path, given=f"{new} {old}"),
            a_log.signers[0].verifier.key_id.hex(), at=AT,
        ),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=r"evidence\.key_elsewhere"):
            change()
    for given in (f"{new} {old}", new, new):
        actions.begin(log.make(tmp_path, name="x", at=AT, given=given), at=AT)
    told = [(leaf.what, leaf.object_id) for leaf in queries.leaves()]
    first, second = (parse_signer(text).verifier.key_id.hex() for text in (old, new))
    assert (told[0], *told[2:]) == (
        ("key.added", first), ("key.added", second), ("key.retired", first)
    )  # fmt: skip
    held = [path.read_bytes() for path in (tmp_path / "keys").iterdir()]
    assert not [data for data in held if old.encode() in data or new.encode() in data]
