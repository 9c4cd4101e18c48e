"""The console, as a clerk uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.whole import Whole


class Desk:
    """The console of a signed-in administrator."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_in(self, whole: Whole) -> None:
        """With what the run has printed."""
        self.page.goto(whole.console)
        self.page.get_by_label("账号").fill("admin")
        self.page.get_by_label("密码").fill(whole.password)
        self.page.keyboard.press("Enter")
        self.sees_title("工单")

    def go(self, entry: str) -> None:
        """One entry of the main menu."""
        self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=entry).click()
        self.sees_title(entry)

    def sees_title(self, text: str) -> None:
        """Wait for a page."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def row(self, number: str) -> Locator:
        """An order in the queue."""
        return self.page.locator(f"a[data-number='{number}']")

    def card(self, title: str) -> Locator:
        """A part of a page, by its title."""
        return self.page.get_by_role("region", name=title)

    def find(self, number: str) -> None:
        """Look an order up, whatever its state, and open it."""
        self.page.get_by_role("searchbox", name="查找").fill(number)
        self.page.keyboard.press("Enter")
        self.sees_title(number)
