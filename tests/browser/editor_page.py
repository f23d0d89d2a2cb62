"""What a person sees and does with a `ModuleEditor`, for the browser tests."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect


class EditorPage:
    """One editor on an open page."""

    def __init__(self, page: Page, module: str = "till") -> None:
        self.page = page
        self.root = page.get_by_role("region", name=f"Module {module}", exact=True)
        self.code = self.root.locator(".sk-Module-code .cm-content")
        self.history = self.root.get_by_role("complementary")
        self.diff = self.root.get_by_role("region", name="Side-by-side diff")
        self.problems = self.root.get_by_role("region", name="Problems")

    def button(self, name: str, *, exact: bool = False) -> Locator:
        return self.root.get_by_role("button", name=name, exact=exact)

    async def says(self, text: str) -> None:
        """Waits until the status line has this text."""
        await expect(self.root.get_by_role("status")).to_contain_text(text)

    async def shows(self, text: str) -> None:
        """Waits until the code has this text."""
        await expect(self.code).to_contain_text(text)

    async def write(self, text: str) -> None:
        """Adds text at the end of the module."""
        await self.code.click()
        await self.press("Control+End")
        await self.page.keyboard.insert_text(text)

    async def press(self, keys: str) -> None:
        await self.page.keyboard.press(keys)
