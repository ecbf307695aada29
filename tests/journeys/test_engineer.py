# SPDX-License-Identifier: Apache-2.0
"""The engineer of the next province: a clone, a folder for the document, three registers, a rule.

No view, no migration and no API is written, and all of it is there; what is wrong is told with its
line.
"""

import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.browser import CHROMIUM, DESK, DRIVER, REPOSITORY, Browser, House, served

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, as Debian packages them"
)
PASSWORD = "correct horse battery"  # noqa: S105
GUIDE = (REPOSITORY / "docs/guides/new-jurisdiction.md").read_text(encoding="utf-8")
FILES = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SERVICE = {
    "__init__": '''"""Tea of Anhui: gardens, workshops and the tests of what they sell."""\n''',
    "registers": """
from shangheng.kernel.records.concept.fields import Day, OneOf, Region, Text
from shangheng.kernel.registers.concept.kinds import RegisterKind

LEAVES = {"green": ("绿茶", "green"), "red": ("红茶", "red")}
PLACE = Region("region", zh="所在地", en="region", sensitivity="public")
NAME = Text("name", zh="名称", en="name", max=60, sensitivity="public")


def register(name, zh, en, *fields):
    return RegisterKind(
        name=name, zh=zh, en=en, serves=("demo-base-registry",), basis=("anhui-2016 二(一)",),
        fields=(NAME, PLACE, *fields), key=("name",), title="name", place="region",
        enter=("tea.clerk",), public=("name", "region", *(each.name for each in fields)),
    )


REGISTERS = (
    register("tea_garden", "茶园", "tea gardens",
             OneOf("leaf", zh="茶类", en="leaf", values=LEAVES, sensitivity="public")),
    register("tea_workshop", "茶坊", "tea workshops",
             Text("owner", zh="经营者", en="owner", sensitivity="public")),
    register("tea_test", "抽检", "tests of tea",
             Day("tested_on", zh="抽检日期", en="tested on", sensitivity="public")),
)
""",
    "formulas": '''
from shangheng.kernel.formulas.concept import COUNT, TIMES, Measure, indicator


@indicator(
    "orders-of-food", zh="食品订单数", en="orders of food", definition_zh="食品类的订单",
    definition_en="Orders of food", unit=COUNT, reads=("order",), by=TIMES,
    basis=("anhui-2016 一",), additive=True,
)
def orders_of_food(order):
    """Count orders of food."""
    return Measure(order.filter(order.category == "food"), kind="order")
''',
    "manifest": """
from shangheng.kernel.service import Service
from shangheng.services.tea.formulas import orders_of_food
from shangheng.services.tea.registers import REGISTERS

SERVICE = Service(name="tea", zh="徽茶", en="Tea of Anhui", systems=("demo-base-registry",),
                  registers=REGISTERS, reads=("order",), indicators=(orders_of_food,))
""",
}  # fmt: skip
PEOPLE = f"""
import django; django.setup()
from shangheng.site import people
people.make_person("chen", {PASSWORD!r}, roles=("tea.clerk@340000",))
from django.core.management import call_command
call_command("makemigrations", "--check", "--dry-run")
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone holds, but for its history."""
    place = tmp_path_factory.mktemp("clone")
    leave = shutil.ignore_patterns("__pycache__", "tests")
    for folder in ("src", "jurisdictions", "docs"):
        shutil.copytree(REPOSITORY / folder, place / folder, ignore=leave)
    return place


@pytest.fixture(scope="module")
def house(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The clone with the folder of a document, three registers and a rule, and no more."""
    for name, content in FILES.findall(GUIDE):
        path = clone / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    tea = clone / "src/shangheng/services/tea"
    tea.mkdir()
    for name, content in SERVICE.items():
        (tea / f"{name}.py").write_text(content.lstrip(), encoding="utf-8")
    settings = clone / "src/shangheng/site/settings.py"
    said = settings.read_text(encoding="utf-8")
    settings.write_text(said.replace("SERVICES = (", 'SERVICES = ("tea", '), encoding="utf-8")
    home = tmp_path_factory.mktemp("anhui")
    os.environ["SHANGHENG_JURISDICTIONS"] = str(clone / "policies")  # noqa: TID251 - for children
    try:
        ours = House("", home, clone)
        ours.run("init", "--jurisdiction", "anhui")
        ours.python(PEOPLE)
        with served(home, clone=clone) as address:
            yield House(address, home, clone)
    finally:
        del os.environ["SHANGHENG_JURISDICTIONS"]  # noqa: TID251


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(house.address, tmp_path / "profile")
    yield opened
    opened.close()


def test_one_command_shows_it_at_work(clone: Path, tmp_path: Path) -> None:
    ended, said = House("", tmp_path / "demo", clone).tried(
        "demo", "--orders", "300", "--days", "2", "--no-serve"
    )
    assert ended == 0, said
    assert "http://127.0.0.1:8000" in said
    assert "officer / shangheng-officer" in said


def test_three_registers_a_document_and_a_rule_are_there(house: House, browser: Browser) -> None:
    browser.size(*DESK)
    browser.go("/policy/documents/anhui-2016/")
    assert "关于发展电子商务的意见" in browser.text
    browser.go("/registers/")
    for name in ("茶园", "茶坊", "抽检"):
        assert name in browser.text
    browser.go("/indicators/orders-of-food/")
    assert "食品订单数" in browser.text
    browser.go("/sign-in/")
    browser.fill("#id_username", "chen")
    browser.fill("#id_password", PASSWORD)
    browser.press(browser.one("main form button"))
    browser.go("/registers/tea_garden/new/")
    browser.fill("#name", "黄山茶园")
    browser.fill("#region", "黄山市")
    browser.press(browser.one("form.stack button[type=submit]"))
    assert browser.one("#errors").text
    browser.one("[name=leaf][value=green], #leaf option[value=green]").click()
    browser.press(browser.one("form.stack button[type=submit]"))
    browser.until_title("黄山茶园")
    browser.go("/registers/tea_garden/?leaf=green&region=黄山市&text=茶园")
    assert "黄山茶园" in browser.text
    browser.picture("engineer-register")
    assert all("422" in each for each in browser.complaints())  # the form that was not filled in
    for page in ("about/", "?format=csv", "template.csv"):
        with urllib.request.urlopen(f"{house.address}/registers/tea_garden/{page}") as answer:  # noqa: S310
            assert answer.status == 200
            assert "leaf" in answer.read().decode("utf-8-sig")


def test_the_api_knows_them(house: House) -> None:
    def asked(path: str) -> object:
        with urllib.request.urlopen(f"{house.address}/api/v1/{path}") as answer:  # noqa: S310
            return json.load(answer)

    kind = asked("registers/tea_workshop")
    assert isinstance(kind, dict)
    assert kind["zh"] == "茶坊"
    assert set(kind["entry"]["properties"]) == {"name", "region", "owner"}
    assert asked("registers/tea_test/entries") == []
    assert "orders-of-food" in json.dumps(asked("indicators"))


def test_what_is_wrong_is_told_with_its_line(house: House) -> None:
    folder = house.clone / "policies/anhui"
    targets = folder / "targets.yaml"
    right = targets.read_text(encoding="utf-8")
    targets.write_text(right.replace("  value: 2\n", "  value: two\n"), encoding="utf-8")
    line = right.splitlines().index("  value: 2") + 1
    ended, said = house.tried("jurisdiction", "check", "anhui")
    targets.write_text(right, encoding="utf-8")
    assert ended != 0
    assert re.search(rf"anhui/targets\.yaml\D+{line}\b", said), said

    registers = house.clone / "src/shangheng/services/tea/registers.py"
    right = registers.read_text(encoding="utf-8")
    registers.write_text(right.replace('key=("name",)', 'key=("nmae",)'), encoding="utf-8")
    ended, said = house.tried("formulas")
    registers.write_text(right, encoding="utf-8")
    line = right.splitlines().index("REGISTERS = (") + 2
    assert ended != 0
    assert "nmae" in said
    assert re.search(rf"services/tea/registers\.py:{line}\b", said), said
