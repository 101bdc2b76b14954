"""From a case to a paper in the preview; what is to be signed is frozen first and then printed as it was frozen."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.models.handover.papers import PAPERS as LETTER_PAPERS
from app.models.mediation.documents import AGREEMENT, DOCUMENTS, DOSSIER
from app.models.mediation.printed import latest, version_name
from app.printing.agreement_case import is_draft
from app.printing.dossier import DossierStopped
from app.printing.for_signature import SIGNED
from app.store.reading import StoredRecord
from app.typeset.sheet import PrintedPdf
from app.ui.binding_dialog import BindingDialog
from app.ui.preview import Preview
from app.ui.services import DeskServices
from app.ui.words import label


class PaperOpener(QObject):
    """Opens papers over its window; `opened` gives every preview, `frozen` a case that has a new version."""

    opened = Signal(object)
    frozen = Signal(object)
    failed = Signal(object)

    def __init__(self, services: DeskServices, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._window = window

    def open(self, record: StoredRecord, code: str) -> None:
        """Print a document of a case off the window's thread and show it."""
        if code == DOSSIER:
            self._bind(record)
            return
        if code in LETTER_PAPERS:
            self._open_letter(record, code)
            return
        services, draft = self._services, self._is_draft(record, code)

        def made() -> tuple[PrintedPdf, bool]:
            fixed = None if draft else services.signing.current(record, code)
            return (fixed, True) if fixed else (services.print_case(record, code, draft), False)

        services.runner.run(
            made, done=lambda got: self._show(record, code, *got), failed=self.failed.emit, owner=self._window
        )

    def _open_letter(self, record: StoredRecord, code: str) -> None:
        services, number = self._services, record.values.get("number") or ""

        def show(pdf: PrintedPdf) -> None:
            title = f"{label(LETTER_PAPERS[code])} {number}".strip()
            preview = Preview(pdf, title, copies=2, runner=services.runner, parent=self._window)
            preview.open()
            self.opened.emit(preview)

        services.runner.run(
            lambda: services.print_letter(record, code),
            done=show,
            failed=self.failed.emit,
            owner=self._window,
        )

    def _bind(self, record: StoredRecord) -> None:
        """A whole dossier takes a while: it says how far it is and can be stopped."""
        dialog = BindingDialog(self.tr("卷宗"), self._window)
        watch, print_case = dialog.watch, self._services.print_case

        def done(pdf: PrintedPdf) -> None:
            dialog.end()
            self._show(record, DOSSIER, pdf, False)

        def failed(error: Exception) -> None:
            dialog.end()
            if not isinstance(error, DossierStopped):
                self.failed.emit(error)

        dialog.open()
        self._services.runner.run(
            lambda: print_case(record, DOSSIER, False, watch), done=done, failed=failed, owner=self._window
        )

    def _show(self, record: StoredRecord, code: str, pdf: PrintedPdf, fixed: bool) -> None:
        draft = self._is_draft(record, code)
        open_case = record.void_reason is None and record.values.get("archived_on") is None
        to_freeze = code in SIGNED and not fixed and not draft and open_case
        remark = self._remark(record, code) if to_freeze else ""
        preview = self._preview(
            record, code, pdf, fixed=fixed, draft=draft, to_freeze=to_freeze, remark=remark
        )
        preview.freeze_requested.connect(lambda: self._freeze(record, code, preview))
        preview.open()
        self.opened.emit(preview)

    def _freeze(self, record: StoredRecord, code: str, preview: Preview) -> None:
        def done(pdf: PrintedPdf) -> None:
            self.frozen.emit(record)
            preview.close()
            self._print_frozen(record, code, pdf)

        self._services.runner.run(
            lambda: self._services.signing.freeze(record, code),
            done=done,
            failed=preview.not_frozen,
            owner=preview,
            in_turn=True,
        )

    def _print_frozen(self, record: StoredRecord, code: str, pdf: PrintedPdf) -> None:
        preview = self._preview(record, code, pdf, fixed=True)
        preview.banner.show_done(
            self.tr("已定稿，每页印有二维码。请打印出来签字盖章；签好以后，在案件页面按“登记签署”。")
        )
        preview.open()
        self.opened.emit(preview)

    def _preview(
        self,
        record: StoredRecord,
        code: str,
        pdf: PrintedPdf,
        *,
        fixed: bool,
        draft: bool = False,
        to_freeze: bool = False,
        remark: str = "",
    ) -> Preview:
        copies = len(record.values.get("parties") or []) + 1 if code == AGREEMENT else 1
        title = f"{label(DOCUMENTS[code])} {record.values.get('number') or ''}".strip()
        if fixed:
            title += self.tr("（定稿）")
        return Preview(
            pdf,
            title,
            copies=copies,
            runner=self._services.runner,
            draft=draft,
            to_freeze=to_freeze,
            remark=remark,
            parent=self._window,
        )

    def _remark(self, record: StoredRecord, code: str) -> str:
        before = latest(record.values, code)
        if before is None:
            return self.tr("这是核对稿。请当事人看过、没有意见了，再按“定稿打印”。")
        return self.tr(
            "内容与{version}不同，不同之处印在文末。再按“定稿打印”会成为新的一版，要重新签字。"
        ).format(version=version_name(before))

    def _is_draft(self, record: StoredRecord, code: str) -> bool:
        return code == AGREEMENT and (record.void_reason is not None or is_draft(record.values))
