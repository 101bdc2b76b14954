"""Clauses begin from sentences of the trade, and what a sentence leaves blank is what the cursor is on."""

import pytest

from app.models.codes import code_list
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.templates import BLANK, clause_templates
from app.ui.record_form import RecordForm


@pytest.fixture
def form(qtbot, services):
    made = RecordForm(MEDIATION_CASE, services)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_type_of_dispute_has_sentences_that_fit_a_clause():
    for code in code_list("dispute_type").active():
        sentences = clause_templates(code.value)
        assert len(sentences) >= 5
        assert all(len(sentence) < 200 and sentence.endswith("。") for sentence in sentences)
    assert any("赡养费" in sentence for sentence in clause_templates("family"))
    assert not any("赡养费" in sentence for sentence in clause_templates("wages"))


def test_a_sentence_becomes_a_clause_with_its_first_blank_chosen(form):
    clauses = form.editors["clauses"]
    form.editors["dispute_type"].set_value("wages")
    assert clauses.dispute_type() == "wages"
    clauses.add_sentence(clause_templates("wages")[0])
    (card,) = clauses.cards
    text = card.group.editors["content"].text
    assert text.textCursor().selectedText() == BLANK
    text.textCursor().insertText("某建材有限公司")
    assert form.values()["clauses"][0]["content"].startswith("某建材有限公司于")


def test_the_menu_offers_what_fits_the_dispute(form):
    form.editors["dispute_type"].set_value("homestead")
    clauses = form.editors["clauses"]
    menu = clauses.sentences()
    offered = [action.data() for action in menu.actions()]
    assert any("宅基地" in sentence for sentence in offered)
    next(action for action in menu.actions() if "界桩" in action.data()).trigger()
    assert "界桩" in form.values()["clauses"][0]["content"]
