"""The Qt application: fonts, translation, theme, and what happens to errors nobody foresaw."""

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from app import resources
from app.settings import Settings
from app.ui import theme
from app.ui.icons import program_icon
from app.ui.sentences import sentence_of
from app.ui.tidying import Tidying

# 宋 stands in where 黑 has no glyph; the rare faces hold only what 宋 lacks.
SCREEN_FONTS = ("hei-regular.ttf", "hei-bold.ttf", "song-regular.ttf", "rare.ttf", "rare-compatibility.ttf")
# Whatever the system has, where the program's own fonts cannot be loaded.
FALLBACK_FAMILIES = ("Noto Sans CJK SC", "Microsoft YaHei UI", "Microsoft YaHei", "WenQuanYi Micro Hei")

_log = logging.getLogger(__name__)


def create_application(settings: Settings, arguments: Sequence[str] = ()) -> QApplication:
    """The one QApplication of the process, dressed and speaking the language of the settings."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(["fengqiao", *arguments])
    application.setApplicationName("fengqiao")
    application.setStyle("Fusion")
    application.setFont(screen_font())
    speak(application, settings.language)
    application.setApplicationDisplayName(application.translate("application", "枫桥工作台"))
    application.setWindowIcon(program_icon())
    application.setQuitOnLastWindowClosed(True)
    dress(application, settings)
    Tidying(application)
    return application


def screen_font() -> QFont:
    """The program's own Chinese font, and behind it the fonts for rare characters."""
    families: list[str] = []
    for name in SCREEN_FONTS:
        try:
            number = QFontDatabase.addApplicationFont(str(resources.path("fonts", name)))
        except resources.MissingResourceError:
            number = -1
        if number < 0:
            _log.error("the screen font %s cannot be loaded", name)
            continue
        families += QFontDatabase.applicationFontFamilies(number)
    font = QFont()
    font.setFamilies(list(dict.fromkeys([*families, *FALLBACK_FAMILIES])))
    font.setPixelSize(theme.BASE_TEXT)
    return font


def speak(application: QApplication, language: str) -> None:
    """Install the program's words and Qt's own words (menus of editors, dialogs) in a language."""
    QLocale.setDefault(QLocale(language))
    own = resources.root() / "translations"
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for folder, name in ((qt, "qtbase"), (str(own), "fengqiao")):
        translator = QTranslator(application)
        # The sources are written in Chinese: a missing Chinese catalogue leaves them as they are.
        if translator.load(f"{name}_{language}", folder):
            application.installTranslator(translator)


def dress(application: QApplication, settings: Settings) -> None:
    """Put on the theme and text size of the settings."""
    application.setPalette(theme.palette(settings.theme))
    application.setStyleSheet(theme.style_sheet(settings.theme, settings.text_size))


class Appearance:
    """Changes the look of the running desk and has it remembered."""

    def __init__(
        self, application: QApplication, settings: Settings, remember: Callable[[Settings], None]
    ) -> None:
        self._application = application
        self._remember = remember
        self.settings = settings

    def choose(self, *, text_size: int | None = None, theme_name: str | None = None) -> None:
        """Put on another text size (per cent) or theme and remember it.  Raises OSError after the change."""
        self.settings = self.settings.with_changes(
            text_size=text_size or self.settings.text_size, theme=theme_name or self.settings.theme
        )
        dress(self._application, self.settings)
        self._remember(self.settings)


class Unforeseen(QObject):
    """Catches errors that nothing else caught and tells a sentence; the program goes on."""

    told = Signal(str)
    _caught_anywhere = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._caught_anywhere.connect(self._pass_on)

    def install(self) -> None:
        """Take over from Python's own way of ending on an error, in all threads."""
        sys.excepthook = self._caught
        threading.excepthook = lambda caught: self._tell(caught.exc_value)

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._tell(error)

    def _tell(self, error: BaseException | None) -> None:
        if error is not None:
            self._caught_anywhere.emit(sentence_of(error))

    @Slot(str)
    def _pass_on(self, sentence: str) -> None:
        """On the window's thread, whichever thread failed."""
        self.told.emit(sentence)
