"""The invitation a district draws as a QR code: read as it was written, everything else refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sync.enrol_text import Invitation, NotAnInvitation, invitation_of, invitation_text

CA = "ab" * 32


@pytest.mark.parametrize(
    "invitation",
    [
        Invitation("https://qu.example.cn:8443", "ABCD-EFGH-0123-4567-89AB", CA),
        Invitation("http://127.0.0.1:8711", "ABCD EFGH", ""),
        Invitation("https://[2001:db8::1]:8443/fengqiao", "ABCDEFGH", CA),
    ],
)
def test_an_invitation_is_read_as_it_was_written(invitation):
    assert invitation_of(f" {invitation_text(invitation)}\n") == invitation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://qu.example.cn",
        "fengqiao:enrol?",
        "fengqiao:enrol?url=https%3A%2F%2Fa",
        "fengqiao:enrol?code=ABCD",
        "fengqiao:enrol?url=ftp%3A%2F%2Fa&code=ABCD",
        "fengqiao:enrol?url=https%3A%2F%2F&code=ABCD",
        "fengqiao:enrol?url=javascript%3Aalert&code=ABCD",
        "fengqiao:enrol?url=https%3A%2F%2Fa&code=%3Cb%3E",
        "fengqiao:enrol?url=https%3A%2F%2Fa&code=ABCD&ca=12",
        "fengqiao:enrol?url=https%3A%2F%2Fa&url=https%3A%2F%2Fb&code=ABCD",
        "fengqiao:enrol?url=https%3A%2F%2Fa%0Ab&code=ABCD",
        "fengqiao:enrol?url=https%3A%2F%2Fa&code=ABCD&more=1&yet=2",
        "fengqiao:enrol?url=https%3A%2F%2F[a&code=ABCD",
        "fengqiao:enrol?url=https%3A%2F%2Fa&code=" + "A" * 600,
    ],
)
def test_anything_else_is_refused_in_words(text):
    with pytest.raises(NotAnInvitation, match="不是区里的登记码"):
        invitation_of(text)


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(text):
    for said in (text, "fengqiao:enrol?" + text):
        try:
            invitation_of(said)
        except NotAnInvitation:
            continue
