# SPDX-License-Identifier: Apache-2.0
"""What else follows from a declaration: map, comparison, template, work of several departments."""

import re
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shangheng.site.tests.test_declared import (
    SEE_OTHER,
    WELL_GIVEN,
    act,
    clerk,
    client_of,
    declared,
    filed,
    read,
)

__all__ = ["clerk", "declared"]


def test_entries_with_a_point_are_on_the_map_where_they_are_and_lead_to_themselves(
    clerk: Client,
) -> None:
    clerk.post("/registers/well/new/", {**WELL_GIVEN, "lon": "120.98", "lat": "31.38"})
    far = {**WELL_GIVEN, "code": "W2", "name": "远井", "lon": "87.6", "lat": "43.8"}
    clerk.post("/registers/well/new/", far)
    page = read(Client(), "/registers/well/map/", region="320583")
    (x, y) = re.findall(r'cx="([0-9.]+)"\s+cy="([0-9.]+)"', page)[0]
    width, height = map(int, re.findall(r'viewBox="-6 -6 (\d+) (\d+)"', page)[0])
    assert float(x) > width / 2  # Kunshan lies in the east of Suzhou
    assert float(y) < height * 0.6  # and in its north
    assert page.count("<circle") == 1
    assert "1 条没有坐标或在图外" in page
    assert "远井" in page
    assert "地图" in read(Client(), "/registers/well/")
    assert "region=320500" in read(Client(), "/registers/well/map/")


def test_a_register_without_a_public_point_has_no_map() -> None:
    read(Client(), "/registers/rights_station/map/", status=HTTPStatus.NOT_FOUND)


def test_any_two_versions_are_compared(clerk: Client) -> None:
    clerk.post("/registers/well/new/", WELL_GIVEN)
    number = re.search(r"WELL-\d+-\d+", read(clerk, "/registers/well/"))
    assert number
    path = f"/registers/well/{number[0]}/"
    for name in ("苦水井", "咸水井"):
        answer = clerk.post(f"{path}amend/", {**WELL_GIVEN, "name": name, "since": "2026-02-01"})
        assert answer.status_code == SEE_OTHER
    page = read(clerk, path, one="1", other="3")
    told = page.split('id="compared"', 1)[1].split("</table>", 1)[0]
    assert ("甜水井" in told, "咸水井" in told, "苦水井" in told) == (True, True, False)
    assert "两版内容相同" in read(clerk, path, one="2", other="2")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_template_of_a_register_is_what_its_import_reads(clerk: Client, form: str) -> None:
    empty = clerk.get(f"/registers/well/template.{form}").content
    file = SimpleUploadedFile(f"wells.{form}", empty)
    page = clerk.post("/registers/well/import/", {"file": file, "work": "try"})
    assert "0 / 0" in page.content.decode()


def test_departments_take_part_and_dispute_on_the_page(clerk: Client) -> None:
    _, number, _ = filed()
    assert act(clerk, number, "ask_joint", region="320200", reason="请查").status_code == SEE_OTHER
    wuxi = client_of("wuxi", "stalls.clerk@320200")
    page = read(wuxi, f"/inbox/market_stall/{number}/")
    assert "待答复" in page
    assert act(wuxi, number, "answer_joint", reason="已查，无碍").status_code == SEE_OTHER
    assert "已查，无碍" in read(clerk, f"/inbox/market_stall/{number}/")
    act(clerk, number, "transfer", region="320200", reason="在无锡")
    assert act(wuxi, number, "dispute", reason="不在无锡").status_code == SEE_OTHER
    assert "管辖有争议" in read(wuxi, f"/inbox/market_stall/{number}/")


def test_the_inbox_shows_how_much_each_officer_holds(clerk: Client) -> None:
    _, number, _ = filed()
    act(clerk, number, "claim")
    page = read(clerk, "/inbox/market_stall/", loads="1")
    assert re.search(r'[^"]*holder=clerk">clerk</a></th>\s*<td class="number">1</td>', page)
    assert number in read(clerk, "/inbox/market_stall/", holder="clerk")
    assert number not in read(clerk, "/inbox/market_stall/", holder="other")
