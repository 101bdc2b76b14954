"""A page of the window: what the window asks of each."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """Something the navigation rail leads to."""

    def refresh(self) -> None:
        """Read again what is shown; called when the page comes to the front and after saves and sending."""

    def has_unsaved(self) -> bool:
        """Whether something typed here is not in a saved record yet."""
        return False

    def keep_typing(self, kept: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        """Keep what is typed as a draft, then call `kept`, or `failed` when the file would not take it.

        Called before the window closes while `has_unsaved` is true.
        """
        kept()

    def go_to_search(self) -> None:
        """Put the cursor into the search box, if there is one (Ctrl+F)."""
