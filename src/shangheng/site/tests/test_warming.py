# SPDX-License-Identifier: Apache-2.0
from collections.abc import Callable
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


def looked(
    monkeypatch: pytest.MonkeyPatch, versions: Callable[[int], int]
) -> list[tuple[int, str]]:
    """Let the server look forty times, and return at which look it asked for which page.

    ``versions`` gives the version of the ledger at each look; to ask takes no time.
    """
    asked: list[tuple[int, str]] = []
    looks = [0]

    def sleep(_: float) -> None:
        looks[0] += 1
        if looks[0] > 40:
            raise KeyboardInterrupt

    monkeypatch.setattr(warming, "read_policies", lambda: None)
    monkeypatch.setattr(warming, "_publish", lambda: None)
    monkeypatch.setattr(warming, "_settle", lambda _: 0)
    monkeypatch.setattr(warming, "pages", lambda: ("/", "/?region=320500"))
    monkeypatch.setattr(warming, "versions", lambda: (versions(looks[0]),))
    monkeypatch.setattr(warming, "ask", lambda _, page: asked.append((looks[0], page)))
    monkeypatch.setattr(warming.time, "sleep", sleep)
    monkeypatch.setattr(warming.time, "monotonic", lambda: looks[0] * warming.LOOK_EVERY_S)
    with pytest.raises(KeyboardInterrupt):
        warming.watch("http://127.0.0.1:9")
    return asked


def test_a_quiet_ledger_is_asked_page_after_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked(monkeypatch, lambda _: 7) == [(2, "/"), (3, "/?region=320500")]


def test_while_the_ledger_moves_the_province_is_asked_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = looked(monkeypatch, lambda look: look)
    assert asked == [(12, "/"), (24, "/"), (36, "/")]


def test_a_ledger_that_moved_for_a_moment_is_asked_when_it_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = looked(monkeypatch, lambda look: min(look, 5) if look < 20 else 8)
    assert asked == [(6, "/"), (7, "/?region=320500"), (21, "/"), (22, "/?region=320500")]
