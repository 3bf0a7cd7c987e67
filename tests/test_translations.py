"""Every string that people read has a translation into every language of the site."""

import re

import pytest
from django.conf import settings

from chatsite.operations.translations import find_catalogues, find_gaps
from tests.site import ROOT

#: Attributes whose value people read or hear.
READ_ATTRIBUTES = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"')
TAGS = re.compile(r"\{#.*?#\}|\{% blocktranslate.*?endblocktranslate %\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
#: Names, and the classes that a template gives to an element.
NOT_TRANSLATED = {"Claude", "Chatsite", "card-page", "chat", "sheet", "settings-page", "without-turns", "rsaquo"}


@pytest.mark.parametrize("catalogue", find_catalogues(), ids=lambda path: path.parts[-3])
def test_nothing_is_missing_fuzzy_or_without_its_placeholders(catalogue):
    assert find_gaps(catalogue) == [], "run `make messages`, and translate what it lists"


def test_each_language_but_that_of_the_code_has_a_catalogue():
    assert {path.parts[-3] for path in find_catalogues()} == {code for code, _name in settings.LANGUAGES} - {"en-gb"}


@pytest.mark.parametrize(
    "template",
    sorted((ROOT / "templates").rglob("*.[ht][tx][mt]*")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_all_words_of_a_template_are_marked_for_translation(template):
    text = TAGS.sub(" ", template.read_text())
    read = [re.sub(r"<[^>]*>", " ", text), *READ_ATTRIBUTES.findall(text)]
    assert [word for part in read for word in re.findall(r"[A-Za-z][\w-]+", part) if word not in NOT_TRANSLATED] == []
