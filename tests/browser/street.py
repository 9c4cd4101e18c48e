"""The page of phones, as a person uses it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

RESIDENT = "resident"
ANJU, YANGGUANG, HEPING = "wrLinliAnju", "wrLinliYangguang", "wrLinliHeping"
BIANMIN = "wrLinliBianmin"  # can only be written to
LVYIN = "app-lvyin"  # a firm's own app
REGISTERED = re.compile(r"工单 (\d+)")


class Phone:
    """One phone on the page: a resident's, a group's (`name` is then the group's id), or an app's (LVYIN)."""

    def __init__(self, page: Page, name: str) -> None:
        self.root = page.locator(f'[data-test="phone-{name}"]')
        self._page = page
        self._side = name.partition("-")[0] if name in (RESIDENT, LVYIN) else "group"

    def part(self, test: str) -> Locator:
        """What carries this name for tests, on this phone."""
        return self.root.locator(f'[data-test="{test}"]')

    def sheet(self, test: str) -> Locator:
        """What carries this name for tests on the sheet that this phone has opened."""
        return self._page.locator(f'dialog [data-test="{test}"]')

    def say(self, text: str) -> None:
        """Type, and send with the Enter key."""
        self.part(f"{self._side}-input").click()
        self._page.keyboard.insert_text(text)
        self._page.keyboard.press("Enter")

    def add_photo(self, sample: str) -> None:
        """Choose one of the sample photos."""
        self.part(f"{self._side}-photo").click()
        self.sheet(f"photo-{sample}").click()

    def sees(self, *texts: str) -> Locator:
        """Wait until one message with all these words stands in the chat, in sight; that message."""
        found = self.part("bubble")
        for text in texts:
            found = found.filter(has_text=text)
        expect(found.last).to_be_visible()
        return found.last

    def ends_with(self, *texts: str) -> Locator:
        """Like sees(), and it is the last message."""
        self.root.scroll_into_view_if_needed()
        last = self.part("bubble").last
        for text in texts:
            expect(last).to_contain_text(text)
        expect(last).to_be_in_viewport()
        return last

    def choose(self, label: str) -> None:
        """Tap the newest choice of this label: a link in a text, or a button, which may begin with its digit."""
        name = re.compile(rf"^(\d )?{label}$")
        self.part("bubble").get_by_role("button", name=name).last.click()

    def quote(self, *texts: str) -> None:
        """Quote a message with these words."""
        self.sees(*texts).click()
        expect(self.part("quoting")).to_contain_text(texts[0])


class AppPhone(Phone):
    """The phone of a firm's own app, which its people take turns with."""

    def hand_to(self, userid: str) -> None:
        """Somebody else looks at their own chat."""
        self.part(f"worker-{userid}").click()

    def press(self, key: str) -> None:
        """Press a button of the newest card that has it."""
        self.part(f"card-{key}").last.click()


class Street:
    """All phones, and the person who plays them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.resident = Phone(page, RESIDENT)

    def group(self, chat: str) -> Phone:
        """The phone of a group."""
        return Phone(self.page, chat)

    def app(self) -> AppPhone:
        """The phone of the firm's own app."""
        return AppPhone(self.page, LVYIN)

    def move_in(self, name: str) -> None:
        """A new resident, whose phone is then shown."""
        self.resident.part("resident-add").click()
        self.resident.sheet("resident-name").fill(name)
        self.page.keyboard.press("Enter")
        expect(self.resident.part("follow")).to_be_visible()

    def scan(self, scene: str) -> None:
        """Scan the QR code on a door."""
        self.resident.part("resident-scan").click()
        self.resident.sheet(f"scan-{scene}").click()

    def number(self) -> str:
        """The number of the order that was just registered."""
        found = REGISTERED.search(self.resident.ends_with("登记好了").inner_text())
        assert found
        return found[1]
