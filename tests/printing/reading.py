"""Texts of a PDF as a reader program finds them, without the spaces and line ends of the setting."""

import pypdfium2


def page_texts(pdf: bytes) -> list[str]:
    """The text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    texts = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return texts


def text_of(pdf: bytes) -> str:
    """The text of all pages, page by page."""
    return "".join(page_texts(pdf))
