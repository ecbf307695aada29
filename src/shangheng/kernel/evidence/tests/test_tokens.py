# SPDX-License-Identifier: Apache-2.0
"""A log whose key lies in a token: SoftHSM, where it is installed."""

import os
import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest

from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.evidence import actions, log, queries, tokens
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.findings import Objects
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.tests.logs import AT, now, opened, seal

MODULES = (
    os.environ.get("SOFTHSM2_MODULE", ""),  # noqa: TID251 - where a test machine keeps it
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
MODULE = next((each for each in MODULES if each and Path(each).is_file()), "")
UTILITY = shutil.which("softhsm2-util")
ED25519 = bytes.fromhex("130c656477617264733235353139")  # PrintableString "edwards25519"
TOKEN, PIN, LABEL = "shangheng", "1234", "test.shangheng/log"


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a fresh key in a token of its own."""
    if not (MODULE and UTILITY and find_spec("pkcs11")):
        pytest.skip("there is no SoftHSM with python-pkcs11 here")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path}/tokens\n", encoding="ascii")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    command = ["--init-token", "--free", "--label", "shangheng", "--so-pin", "1234", "--pin"]
    subprocess.run(
        [str(UTILITY), *command, PIN, "--module", MODULE], check=True, capture_output=True
    )
    pkcs11 = import_module("pkcs11")
    library = pkcs11.lib(MODULE)
    library.reinitialize()
    with library.get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        given = {pkcs11.Attribute.EC_PARAMS: ED25519}
        curve = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, given, local=True)
        mechanism = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
        curve.generate_keypair(mechanism=mechanism, store=True, label=LABEL)
    (tmp_path / "pin").write_text(f"{PIN}\n", encoding="ascii")
    named = f"pkcs11:token=shangheng;object={quote(LABEL, safe='')}"
    return f"{named}?module-path={MODULE}&pin-source={tmp_path}/pin"


@pytest.mark.django_db
def test_a_key_in_a_token_signs_the_log_and_never_leaves_it(uri: str, tmp_path: Path) -> None:
    a_log = log.make(tmp_path, name="unused", at=AT, given=uri)
    assert not (tmp_path / "keys" / "log.key").exists()
    actions.begin(a_log, at=AT)
    actions.begin(a_log, at=AT)
    seal(1)
    integrate(a_log, now=now)
    published = a_log.published()
    assert published is not None
    assert published[1].checkpoint.origin == LABEL
    assert [leaf.what for leaf in queries.leaves()] == ["key.added", "thing.done"]
    assert audit(a_log, Objects()) == []
    for wrong in (uri.replace("object=test", "object=rest"), uri.replace("token=s", "token=x")):
        with pytest.raises(Unavailable, match=r"evidence\.token_silent"):
            tokens.opened(wrong)


def test_an_address_that_says_too_little_is_refused(tmp_path: Path) -> None:
    for uri in (
        "pkcs11:",
        "pkcs11:token=a;object=b",
        "pkcs11:object=b?module-path=/x&pin-source=/y",
    ):
        with pytest.raises(Invalid, match=r"evidence\.token_address"):
            tokens.opened(uri)
    with pytest.raises(Unavailable, match=r"evidence\.token_silent"):
        tokens.opened("pkcs11:token=a;object=b?module-path=/x&pin-source=/nowhere")


@pytest.mark.django_db
def test_a_key_from_a_secret_is_changed_in_the_settings_and_the_log_tells_of_it(
    tmp_path: Path,
) -> None:
    plain = opened(tmp_path)
    actions.begin(plain, at=AT)
    old, new = plain.signers[0], log.new_key(plain.origin)
    assert isinstance(old, log.SignerKey)
    both = log.opened(tmp_path, given=f"{new.text} {old.text}", durable=False)
    actions.begin(both, at=AT)
    log.publish_keys(both)
    integrate(both, now=now)
    told = [leaf.object_id for leaf in queries.leaves_saying("key.added")]
    assert told == [old.verifier.key_id.hex(), new.verifier.key_id.hex()]
    assert audit(both, Objects()) == []
