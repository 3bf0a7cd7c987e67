"""docs/states.md has the sentences that people read, word for word."""

import re

import pytest

from conversations.models.refusals import Refused, Unsendable
from conversations.presentation import wording
from conversations.replies import Draining
from conversations.views.refusals import status_and_sentence
from tests.test_structure import ROOT

DOCUMENT = (ROOT / "docs/states.md").read_text()
REFUSALS = [refusal() for refusal in (*Refused.__subclasses__(), Draining) if refusal is not Unsendable]
REFUSALS += [Unsendable(reason, model="Haiku 4.5", limit=20, count=21) for reason in wording.UNSENDABLE]


@pytest.mark.parametrize(
    ("code", "sentence"), (wording.ENDINGS | wording.STOP_REASONS | wording.ERRORS).items(), ids=lambda text: text[:20]
)
def test_alice_finds_the_sentence_about_every_end_of_an_answer(code, sentence):
    assert f"`{code}`" in DOCUMENT
    assert sentence in " ".join(DOCUMENT.split())


@pytest.mark.parametrize("refusal", REFUSALS, ids=repr)
def test_alice_finds_the_sentence_about_every_refused_question(refusal):
    _status, sentence, _headers = status_and_sentence(refusal)
    assert sentence in DOCUMENT or re.sub(r"\b2[01]\b", "N", sentence) in DOCUMENT
