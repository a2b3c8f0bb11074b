"""A real browser for pages, and what an accessibility checker says of them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

# the shell has the same engine without windows, and takes a third less CPU
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def open_browser() -> Iterator[Any]:
    """A Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def find_violations(page: Any) -> list[Any]:
    """Each rule that a page breaks, with the first elements that do."""
    from axe_core_python.sync_playwright import Axe

    found = Axe().run(page)
    assert len(found["passes"]) > 15  # the checker looked at something
    return [
        (rule["id"], [node["html"][:160] for node in rule["nodes"]][:3])
        for rule in found["violations"]
    ]


def check_accessible(page: Any) -> None:
    """Fail for a rule of accessibility that a page breaks."""
    assert find_violations(page) == []
