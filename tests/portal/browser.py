"""A real browser before the portal: Debian's chromium, driven by Playwright."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = Path(__file__).parents[2] / "build" / "screenshots" / "portal"
WIDTHS = (390, 1280)
LEFT_OUT = "chromium is not installed: run `make system` or apt-get install chromium"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium() -> None:
    """Skip where there is no browser, unless the tests were asked never to leave it out (`.ci/run`)."""
    if not CHROMIUM.exists():
        if os.environ.get("HELPDESK_BROWSER_TESTS") == "required":
            pytest.fail(LEFT_OUT)
        pytest.skip(f"LEFT OUT, tests in a real browser: {LEFT_OUT}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of one's own, without a window."""
    find_chromium()
    with sync_playwright() as playwright:
        flags = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@dataclass
class Reader:
    """A voter before a browser: fills in forms by their labels, as a screen reader names them."""

    page: Page
    site: str
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> None:
        answer = self.page.goto(f"{self.site}{path}")
        assert answer is not None
        assert answer.status < 500

    def fill(self, **labels: str) -> None:
        for name, text in labels.items():
            self.page.get_by_label(name.replace("_", " "), exact=True).fill(text)

    def solve_captcha(self) -> None:
        shown = self.page.locator("[data-demo-captcha]").get_attribute("data-demo-captcha") or ""
        self.fill(Four_digits_of_the_picture_or_the_sound=shown)

    def press(self, name: str) -> None:
        """Submit a form. A click alone returns before the next page is there."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).click()

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()


def picture(page: Page, name: str, *, note: str = "") -> None:
    """The page in both widths, whole, and not wider than the window at 320 pixels (WCAG 1.4.10)."""
    for width in (*WIDTHS, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, (name, width)
        if width in WIDTHS:
            path = PICTURES / str(width) / f"{name}{note}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, full_page=True)


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its best practices, in light and in dark."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(script)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        found += [
            f"{page.url} {scheme}: {each['id']} {node['html'][:150]} {node['failureSummary'][:300]}"
            for each in result["violations"]
            for node in each["nodes"]
        ]
    page.emulate_media(color_scheme="light")
    return found
