# SPDX-License-Identifier: Apache-2.0
"""A real browser without a window, a real server in its own home, pictures of what it shows."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "var" / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
COMMAND = str(Path(sys.executable).with_name("shangheng"))
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip
PATIENCE_S, LOOK_AGAIN_S = 150, 0.05
PHONE = (390, 844)
DESK = (1280, 900)
WALL = (1920, 1080)
Found = TypeVar("Found")


@dataclass(frozen=True)
class House:
    """A server, the home it works on, and the command that reports to it."""

    address: str
    home: Path
    clone: Path = REPOSITORY

    def tried(self, *words: str, **settings: str) -> tuple[int, str]:
        """Run ``shangheng`` with these words; return how it ended and all that it printed."""
        done = subprocess.run(
            [COMMAND, *words], env={**environment(self.home, self.clone), **settings},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300,
        )  # fmt: skip
        return done.returncode, done.stdout

    def run(self, *words: str) -> str:
        """Run ``shangheng`` with these words and return what it printed."""
        done = subprocess.run(
            [COMMAND, *words],
            env=environment(self.home, self.clone), capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, program: str) -> str:
        """Run a small program with this home and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment(self.home, self.clone), capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def environment(home: Path, clone: Path = REPOSITORY) -> dict[str, str]:
    """Return the environment of a process that works on a home."""
    return {
        **os.environ,  # noqa: TID251 - handed on to a child process
        "SHANGHENG_HOME": str(home),
        "PYTHONPATH": str(clone / "src"),
        "DJANGO_SETTINGS_MODULE": "shangheng.site.settings",
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Return whether the server says that it is well."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def served(home: Path, port: int | None = None, clone: Path = REPOSITORY) -> Iterator[str]:
    """Run the server on a home and yield its address."""
    port = port or free_port()
    words = [COMMAND, "serve", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(words, env=environment(home, clone), stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + PATIENCE_S
            while not answers(address):
                assert server.poll() is None, (home / "server.log").read_text()
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


class Browser:
    """What a person does with a browser."""

    def __init__(self, address: str, profile: Path) -> None:
        """Open a window on a server, with an empty profile."""
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM or ""
        for flag in (*QUIET, f"--user-data-dir={profile}", "--window-size={},{}".format(*DESK)):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.address = address
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))

    def close(self) -> None:
        """Close the window."""
        self.driver.quit()

    def go(self, path: str) -> None:
        """Type an address."""
        self.driver.get(self.address + path)

    def until(self, found: Callable[[webdriver.Chrome], Found]) -> Found:
        """Wait until something is found on the page, whichever page that is by then."""
        wait = WebDriverWait(self.driver, PATIENCE_S, LOOK_AGAIN_S, (WebDriverException,))
        return wait.until(found)  # type: ignore[arg-type, return-value]

    def one(self, css: str) -> WebElement:
        """Wait for an element and return it."""
        return self.until(lambda driver: driver.find_element(By.CSS_SELECTOR, css))

    def all(self, css: str) -> list[WebElement]:
        """Return the elements that are there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def fill(self, css: str, text: str) -> None:
        """Type into a field."""
        field = self.one(css)
        field.clear()
        field.send_keys(text)

    def day(self, css: str, on: date) -> None:
        """Fill in a field for a day, in whatever order this browser writes its parts."""
        self.driver.execute_script("arguments[0].value = arguments[1]", self.one(css), f"{on}")

    def until_title(self, text: str) -> None:
        """Wait for a page whose heading has the text."""
        self.until(lambda driver: text in driver.find_element(By.TAG_NAME, "h1").text)

    def press(self, button: WebElement) -> None:
        """Press a button and wait until its page has given way to the next, all of it."""
        self.driver.execute_script("window.isBefore = true")
        button.click()
        is_next = "return !window.isBefore && document.readyState === 'complete'"
        self.until(lambda driver: driver.execute_script(is_next))

    def sign_in(self, name: str, password: str) -> None:
        """Sign in as somebody, whoever was signed in before."""
        self.driver.delete_all_cookies()
        self.go("/sign-in/")
        self.fill("#id_username", name)
        self.fill("#id_password", password)
        self.press(self.one("main form button"))
        self.one("form[action='/sign-out/']")

    @property
    def text(self) -> str:
        """Return what can be read on the page."""
        return self.one("body").text

    def size(self, width: int, height: int) -> None:
        """Make the screen that of a phone, a desk or a wall."""
        facts = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", facts)

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than the screen."""
        page = "document.documentElement"
        return int(self.driver.execute_script(f"return {page}.scrollWidth - {page}.clientWidth"))

    def picture(self, name: str) -> Path:
        """Keep a picture of the whole page."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        width = self.driver.execute_script("return innerWidth")
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        self.size(width, height)
        path = PICTURES / f"{name}.png"
        self.driver.save_screenshot(str(path))
        return path

    def complaints(self) -> list[str]:
        """Return what the browser itself found wrong: refused scripts, missing files, errors."""
        return [
            each["message"] for each in self.driver.get_log("browser") if each["level"] == "SEVERE"
        ]
