"""PDFium may be called from any thread, but from one at a time."""

from threading import Lock

PDFIUM = Lock()
