"""Pages as pictures."""

import pytest

from app.printing.agreement import agreement_pdf
from app.printing.preview import UnreadablePdfError, page_count, page_images


def test_pages_come_as_wide_as_asked_with_ink_on_white(paper) -> None:  # type: ignore[no-untyped-def]
    data = agreement_pdf(paper(3, 10)).data
    images = list(page_images(data, 600))
    assert [image.number for image in images] == list(range(1, page_count(data) + 1))
    for image in images:
        assert (image.width, image.height) in {(600, 849), (600, 848)}
        assert len(image.data) == image.stride * image.height
        blues = image.data[::4]
        assert min(blues) < 50
        assert blues.count(255) > len(blues) * 0.8


def test_single_pages_can_be_asked_for(paper) -> None:  # type: ignore[no-untyped-def]
    data = agreement_pdf(paper(3, 10)).data
    assert [image.number for image in page_images(data, 200, [2])] == [2]
    with pytest.raises(IndexError, match="page 99"):
        list(page_images(data, 200, [99]))


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(UnreadablePdfError):
        list(page_images(b"not a pdf", 200))
    with pytest.raises(UnreadablePdfError):
        page_count(b"")
