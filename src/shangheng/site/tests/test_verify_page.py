# SPDX-License-Identifier: Apache-2.0
"""The verifier in a real browser: as a page of the site, and as a file without any server."""

import json
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import NameOID
from pytest_django.live_server_helper import LiveServer

from shangheng.kernel.evidence import timestamps
from shangheng.kernel.evidence.bundles import read
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import proving, sealing
from shangheng.site.tests.conftest import orders
from shangheng.site.tests.test_log import sealed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="there is no browser here",
    ),
]
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PATIENCE_S = 20


@pytest.fixture
def browser() -> Iterator[Any]:
    from selenium import webdriver  # noqa: PLC0415 - only where there is a browser
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for word in QUIET:
        options.add_argument(word)
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    yield driver
    driver.quit()


@pytest.fixture
def shown(home: Ledger, report: Callable[..., Receipt], tmp_path: Path) -> Path:
    """Return a folder with a bundle, a forged one, a receipt, and the bundle unpacked."""
    sealing.prepare()
    receipt = report(orders(9))
    sealed(home, receipt)
    sealing.publish()
    data = proving.bundle(home, "order:P01/P01-3")
    folder = tmp_path / "shown"
    (folder / "unpacked").mkdir(parents=True)
    (folder / "good.zip").write_bytes(data)
    (folder / "forged.zip").write_bytes(data.replace(b"B2C", b"B2B"))
    told = sealing.with_evidence(receipt, home=home)
    (folder / "receipt.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    (folder / "forged.json").write_text(json.dumps({**told, "accepted": 8}), encoding="utf-8")
    for name, content in read(data)[0].items():
        (folder / "unpacked" / name).write_bytes(content)
    return folder


def verdict(browser: Any, file: Path) -> tuple[str, list[str]]:
    """Choose a file and return the verdict with its lines."""
    from selenium.webdriver.support.wait import WebDriverWait  # noqa: PLC0415

    browser.execute_script("document.querySelector('#verdicts').removeAttribute('data-verdict')")
    browser.find_element("id", "evidence-file").send_keys(str(file))
    place = browser.find_element("id", "verdicts")
    WebDriverWait(browser, PATIENCE_S).until(lambda _: place.get_attribute("data-verdict"))
    lines = [each.text for each in place.find_elements("tag name", "li")]
    return place.get_attribute("data-verdict"), lines


def test_a_stranger_verifies_in_the_browser(
    live_server: LiveServer, shown: Path, browser: Any
) -> None:
    for address in (f"{live_server.url}/log/verify/", f"file://{shown}/unpacked/verify.html"):
        browser.get(address)
        for name, expected in {
            "good.zip": "good", "forged.zip": "bad", "receipt.json": "good", "forged.json": "bad",
        }.items():  # fmt: skip
            found, lines = verdict(browser, shown / name)
            assert found == expected, (address, name, lines)
            assert len(lines) >= 5
            assert any("✓ 时间戳" in line for line in lines), lines
        assert not [each for each in browser.get_log("browser") if each["level"] == "SEVERE"]


def test_a_stamp_that_proves_nothing_is_told_in_the_browser(
    live_server: LiveServer, shown: Path, browser: Any
) -> None:
    folder = sealing.the_log().keys_folder
    root = timestamps.parse_issuer((folder / "stamp-root.pem").read_bytes())
    authority = timestamps.parse_issuer((folder / "stamp.pem").read_bytes())
    told = json.loads((shown / "receipt.json").read_text(encoding="utf-8"))
    at = authority.certificate.not_valid_before_utc + timedelta(hours=30)
    digest = sha256(told["evidence"]["checkpoint"].encode()).digest()
    other = timestamps.stamp(sha256(b"other").digest(), authority, at=at, serial=2)
    years = {"valid_from": at - timedelta(days=900), "valid_until": at + timedelta(days=900)}
    name = root.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    namesake = timestamps.make_authority("x", timestamps.make_root(str(name), **years), **years)
    good = timestamps.stamp(digest, authority, at=at, serial=1)
    longer_ago = at - timedelta(days=365 * 40)
    browser.get(f"{live_server.url}/log/verify/")
    for number, (stamp, said) in enumerate((
        (other, "不是这个检查点"),
        (timestamps.stamp(digest, authority, at=longer_ago, serial=3), "当时无效"),
        (timestamps.stamp(digest, root, at=at, serial=4), "用途不是时间戳"),
        (timestamps.stamp(digest, namesake, at=at, serial=5), "不是该根证书所签"),
        (spoilt(good), "时间戳签名不正确"),
        (good[:-9], "时间戳已损坏"),
        (good, f"{at:%Y-%m-%d %H:%M}"),
    )):  # fmt: skip
        told["evidence"]["timestamp"] = b64encode(stamp).decode()
        file = shown / f"stamped-{number}.json"
        file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        found, lines = verdict(browser, file)
        assert found == ("good" if stamp == good else "bad"), lines
        assert any("时间戳" in line and said in line for line in lines), (said, lines)
