# SPDX-License-Identifier: Apache-2.0
"""Journey 9: a stranger with a bundle, a laptop without internet, and one flipped byte."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journeys.browser import (
    CHROMIUM,
    DRIVER,
    REPOSITORY,
    Browser,
    House,
    environment,
)

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
DECIDED = REPOSITORY / "src/shangheng/simulate/decisions.yaml"
NATIONAL = "import os; os.environ['SHANGHENG_NATIONAL'] = '1'\n"
SEALED = (
    NATIONAL
    + """
import json
from dataclasses import replace
from pathlib import Path
import django; django.setup()
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.records import actions as records
from shangheng.kernel.records.reports import Report
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.kernel.registers.concept.forms import Upload
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.site import acting, clock, proving, sealing, wiring
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import orders
out = Path(".")
wiring.prepare("jiangsu")
sent = out / "sent.csv"
sent.write_bytes(orders(9))
receipt = records.take(
    Report(source=sent, kind=REGISTRY.kind("order"), reporter="P01", batch="day-1"),
    home=wiring.ledger(), at=clock.now())
assert receipt.accepted == 9, receipt
officer = Actor("olga", (Post("consumer.officer", "320500"), Post("consumer.mediator", "320500")))
hand = cases.Hand(officer, clock.now(), house=acting.house())
photo = Upload("壳.png", b"\\x89PNG\\r\\n\\x1a\\n" + bytes(20) + b"IEND\\xaeB`\\x82")
opened = cases.open_case(COMPLAINT, {"seller": "热壳数码专营店", "story": "手机壳充电时熔化",
    "ground": "quality", "want": "refund", "seller_region": "320500", "proof": [photo]}, hand)
cases.add_note(COMPLAINT, opened.number, "电话核实", hand, outward=False)
sealing.publish()
told = sealing.with_evidence(receipt, home=wiring.ledger())
(out / "receipt.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
(out / "record.zip").write_bytes(proving.bundle(wiring.ledger(), "order:P01/P01-3"))
(out / "case.zip").write_bytes(proving.bundle(wiring.ledger(), opened.number))
(out / "keys").write_bytes((sealing.folder() / "keys").read_bytes())
"""
)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Path], None]) -> Path:
    """Return the folder of a stranger: a receipt and two bundles, one of them unpacked."""
    folder = tmp_path_factory.mktemp("given")
    program = SEALED.replace('Path(".")', f"Path({str(folder)!r})")
    home = tmp_path_factory.mktemp("home")
    migrated(home)
    shutil.copyfile(DECIDED, home / "decisions.yaml")
    House("", home).python(program)
    with zipfile.ZipFile(folder / "case.zip") as archive:
        archive.extractall(folder / "unpacked")
    return folder


@pytest.fixture
def browser(given: Path, tmp_path: Path) -> Iterator[Browser]:
    """Open the page that travels in the bundle, from a file, with the network cut."""
    opened = Browser(f"file://{given}/unpacked", tmp_path / "profile")
    opened.driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    opened.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    opened.go("/verify.html")
    yield opened
    opened.close()


def verified(browser: Browser, file: Path) -> tuple[str, str]:
    """Choose a file; return the verdict and what is said of each item."""
    browser.driver.execute_script("delete document.querySelector('#verdicts').dataset.verdict")
    browser.one("#evidence-file").send_keys(str(file))
    place = browser.one("#verdicts")
    browser.until(lambda _: place.get_attribute("data-verdict"))
    return str(place.get_attribute("data-verdict")), place.text


def asked_of_the_network(browser: Browser) -> list[str]:
    """Return every address that the page asked for, other than the files beside it."""
    entries = "performance.getEntriesByType('resource').map((each) => each.name)"
    found: list[str] = browser.driver.execute_script(f"return {entries}")
    return [name for name in found if not name.startswith(browser.address)]


def flipped(file: Path, inside: str, at: int) -> tuple[Path, int]:
    """Return a copy with one byte flipped in a file of a bundle, and where that is in the zip."""
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        place = bytes(data).find(archive.read(inside)) + at
    data[place] ^= 1
    forged = file.with_name(f"forged-{inside}-{file.name}")
    forged.write_bytes(data)
    return forged, place


def test_a_stranger_checks_what_was_given_without_any_network(
    browser: Browser, given: Path
) -> None:
    browser.fill("#evidence-keys", (given / "keys").read_text(encoding="utf-8"))
    receipt, told = verified(browser, given / "receipt.json")
    assert receipt == "good", told
    record, told = verified(browser, given / "record.zip")
    assert record == "good", told
    assert "该批 9 条中的第" in told
    case, told = verified(browser, given / "case.zip")
    assert case == "good", told
    for said in ("2 步，1 个附件", "日志第", "case.note", "SM2 签名本页不核对", "时间戳"):
        assert said in told, (said, told)
    browser.picture("stranger-case")
    assert asked_of_the_network(browser) == []
    assert browser.complaints() == []


@pytest.mark.parametrize(
    "inside", ["content.json", "chain.json", "proof.tlog-proof", "manifest.json"]
)
def test_one_flipped_byte_is_told_with_its_place(
    browser: Browser, given: Path, inside: str
) -> None:
    forged, place = flipped(given / "case.zip", inside, 40)
    verdict, told = verified(browser, forged)
    assert verdict == "bad", told
    assert f"{inside} 第 40 字节（压缩包第 {place} 字节）被改动" in told
    browser.picture(f"stranger-forged-{inside}")
    assert verified(browser, given / "case.zip")[0] == "good"


def test_a_case_with_a_step_taken_out_and_digests_made_anew_is_seen(
    browser: Browser, given: Path
) -> None:
    with zipfile.ZipFile(given / "case.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    chain = json.loads(files["chain.json"])
    chain["steps"] = chain["steps"][1:]
    files["chain.json"] = json.dumps(chain).encode()
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["chain.json"] = hashlib.sha256(files["chain.json"]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()
    forged = given / "shorter.zip"
    with zipfile.ZipFile(forged, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    verdict, told = verified(browser, forged)
    assert verdict == "bad"
    assert "各步不能接到末步" in told
    assert "一致" in told  # the manifest was forged with it, and does not help
    script = given / "unpacked" / "verify.py"
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(forged)],
        capture_output=True, text=True, env=environment(given), check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "FAIL chain" in done.stdout
