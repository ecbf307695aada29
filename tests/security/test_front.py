# SPDX-License-Identifier: Apache-2.0
"""The front of the house: what strangers reach, what a page may run, how it is deployed."""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from security.conftest import client_of
from shangheng.site import accounts

pytestmark = pytest.mark.usefixtures("home")
PAGES_MAX = 120
PAGE_BYTES_MAX = 300_000
"""Of a page with everything that it loads, as it lies in the folder: not even compressed."""
INSIDE = ("account/", "inbox/", "posts/", "receipts/", "reporters/", "uploads/")
DATA_BLOCKS = {"application/json"}
SAMPLES = {
    "name": "complaint", "number": "TS-2026-000001",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "code": "P01", "reporter": "P01", "batch": "b", "digest": "0" * 64, "form": "csv", "pk": "1",
    "language": "zh", "provider_id": "sso", "uidb36": "1", "key": "k",
}  # fmt: skip


class Page(HTMLParser):
    """Where a page leads, what it loads, and what on it the browser would have to run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: set[str] = set()
        self.runs: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a" and told.get("href"):
            self.links.append(str(told["href"]))
        if tag in ("script", "img"):
            self.loads.add(told.get("src") or "")
        if tag == "link" and told.get("rel") == "stylesheet":
            self.loads.add(told.get("href") or "")
        if tag == "script" and "src" not in told and told.get("type") not in DATA_BLOCKS:
            self.runs.append("an inline script")
        if tag == "style" or "style" in told:
            self.runs.append(f"a style at <{tag}>")
        self.runs += [name for name in told if name.startswith("on")]
        self.runs += [
            f"{value}" for value in told.values() if str(value).startswith("javascript:")
        ]


def crawled(client: Client) -> Iterator[tuple[str, int, str]]:
    """Follow every link of the site from the front page, up to a number of pages."""
    waiting, seen, shapes = deque(["/", "/account/", "/posts/", "/inbox/"]), set(), {}
    while waiting and len(seen) < PAGES_MAX:
        path = waiting.popleft()
        shape = re.sub(r"\d+|[0-9a-f-]{36}", "#", path.split("?")[0])
        if path in seen or shapes.get(shape, 0) > 2:
            continue
        seen.add(path)
        shapes[shape] = shapes.get(shape, 0) + 1
        answer = client.get(path, follow=True)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self';" in policy, path
        assert "unsafe" not in policy, path
        if "text/html" not in answer["Content-Type"]:
            continue
        html = answer.content.decode()
        yield path, answer.status_code, html
        for link in Page(html).links:
            parts = urlsplit(urldefrag(urljoin(path, link))[0])
            if not parts.netloc and parts.path != "/sign-out/":
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))


def weight(client: Client, page: Page, known: dict[str, int]) -> int:
    """Return how many bytes a page loads besides itself."""
    for path in page.loads - known.keys():
        answer = client.get(path) if path.startswith("/") else None
        known[path] = len(answer.getvalue()) if answer else 0
    return sum(known[path] for path in page.loads)


@pytest.mark.parametrize("who", ["nobody", "everybody"])
def test_no_page_is_broken_or_heavy_or_runs_anything_inline(who: str) -> None:
    roles = [role for role in accounts.known_roles() if role != "records.reporter"]
    client = Client() if who == "nobody" else client_of("all", *roles)
    wrong, pages, known = [], 0, {"": 0}
    for path, status, html in crawled(client):
        pages += 1
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and "undecided" not in html:
            wrong.append(f"{status} {path}")
        if status == HTTPStatus.NOT_FOUND:
            wrong.append(f"404 {path}")
        page = Page(html)
        wrong += [f"{what} on {path}" for what in page.runs]
        if (told := len(html.encode()) + weight(client, page, known)) > PAGE_BYTES_MAX:
            wrong.append(f"{told} bytes at {path}")
    assert max(known.values()) > 0, "what pages load was weighed"
    assert wrong == []
    assert pages >= 30, "the site was gone through"


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Return an address for every page that the site declares."""
    for each in resolver.url_patterns:
        text = before + str(each.pattern).replace("^", "").replace("$", "")
        if isinstance(each, URLPattern):
            named = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", text)
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: SAMPLES.get(found[1], "x"), named)
        else:
            yield from addresses(each, text)


def test_nothing_inside_opens_to_who_has_not_signed_in() -> None:
    inside = [each for each in addresses(get_resolver()) if each.startswith(INSIDE)]
    assert len(inside) >= 40, "the declared pages were read"
    opened = []
    for path in inside:
        for method in ("get", "post"):
            answer = getattr(Client(), method)("/" + path)
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, path
            if answer.status_code == HTTPStatus.OK:
                opened.append(path)
    # What signing in itself consists of.
    assert set(opened) <= {
        "account/2fa/webauthn/login/", "account/3rdparty/login/cancelled/",
        "account/3rdparty/login/error/", "account/inactive/",
    }, opened  # fmt: skip


def test_a_deployment_over_https_has_nothing_for_the_check_to_say(tmp_path: Path) -> None:
    environment = {
        **os.environ,  # noqa: TID251 - handed on to a child process
        "SHANGHENG_HOME": str(tmp_path),
        "SHANGHENG_HTTPS": "1",
        "SHANGHENG_HOSTS": "shangheng.example.org",
        "DJANGO_SETTINGS_MODULE": "shangheng.site.settings",
    }
    words = ["-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    program = (
        "from django.conf import settings as s;"
        "print(s.SILENCED_SYSTEM_CHECKS, s.SESSION_COOKIE_SECURE)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    # These two ask for Django's own middleware; ours sets the headers, as the crawl shows.
    assert told.stdout.strip() == "['security.W001', 'security.W002'] True"
