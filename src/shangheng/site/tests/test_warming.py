# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from shangheng.kernel.records.store.home import Ledger
from shangheng.site import warming


def test_the_province_is_asked_first_and_then_its_cities(settings: Settings) -> None:
    settings.JURISDICTION = "jiangsu"
    pages = warming.pages()
    assert pages[0] == "/"
    assert "/?region=320500" in pages
    assert len(pages) == 14


def test_a_city_has_no_further_pages(settings: Settings) -> None:
    settings.JURISDICTION = "ganzhou"
    assert warming.pages() == ("/",)


def test_versions_stand_for_every_kind(home: Ledger) -> None:
    assert home
    assert set(warming.versions()) == {0}


@pytest.mark.usefixtures("home")
def test_a_page_that_is_not_there_is_no_trouble(live_server: LiveServer) -> None:
    warming.ask(live_server.url, "/")
    warming.ask("http://127.0.0.1:9", "/")


def test_the_server_reads_the_policies_before_anybody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(warming.wiring, "library", lambda: read.append("library"))
    monkeypatch.setattr(warming.time, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        warming.watch("http://127.0.0.1:9")
    assert read == ["library"]


def test_policies_that_cannot_be_read_do_not_stop_the_server(
    settings: Settings, tmp_path: Path
) -> None:
    settings.JURISDICTIONS = tmp_path / "nowhere"
    warming.read_policies()
