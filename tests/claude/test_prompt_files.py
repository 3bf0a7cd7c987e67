"""What the files of a conversation mean for its prompt: which are sent, what they cost, where the cache begins."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from conversations.claude import models, prompt
from conversations.claude.prompt import build_prompt, max_prompt_tokens
from conversations.claude.prompt_files import check_files
from conversations.models import Unsendable
from tests.claude.test_prompt import SMALL, SONNET, answer, question, text_block

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class StoredFile:
    name: str = "report.pdf"
    kind: str = "pdf"
    pages: int | None = None
    tokens: int = 1_000
    sent_size: int = MEGABYTE


class Files(dict[UUID, StoredFile]):
    """Files by their ids; `ask` makes the question that holds some."""

    def ask(self, *files, text="Why?"):
        asked = question(text)
        for file in reversed(files):
            pk = uuid4()
            self[pk] = file
            kind = "image" if file.kind == "image" else "document"
            asked.content.insert(0, {"type": kind, "source": {"type": "file", "file_id": str(pk)}, "title": file.name})
        return asked

    def build(self, *branch, model=SONNET):
        return build_prompt(branch, model=model, system="", max_tokens=16_000, files=self)


def types(built):
    return [[block["type"] for block in message["content"]] for message in built.messages]


def test_a_large_pdf_neither_reserves_the_window_nor_pushes_out_earlier_turns():
    files = Files()
    first = files.ask(StoredFile(pages=200, tokens=460_000, sent_size=20 * MEGABYTE))
    built = files.build(question("One?"), answer(text_block("One.")), first)

    assert len(built.messages) == 3
    assert built.file_tokens == 460_000
    assert 460_000 < max_prompt_tokens(built.messages, "", SONNET, built.file_tokens) < 470_000


def test_turns_with_files_are_left_out_where_the_window_has_no_room_for_them():
    files = Files()
    turns = [files.ask(StoredFile(tokens=90_000)), answer(text_block("One.")), files.ask(StoredFile(tokens=90_000))]
    built = files.build(*turns, answer(text_block("Two.")), files.ask(StoredFile(tokens=90_000)), model=SMALL)

    assert len(built.messages) < 5
    assert built.messages[-1]["content"][0]["type"] == "document"


def test_the_oldest_files_become_a_line_where_a_request_takes_no_more():
    files = Files()
    first = files.ask(StoredFile("old.pdf", sent_size=15 * MEGABYTE))
    built = files.build(first, answer(text_block("One.")), files.ask(StoredFile("new.pdf", sent_size=15 * MEGABYTE)))

    assert types(built) == [["text", "text"], ["text"], ["document", "text"]]
    assert built.messages[0]["content"][0]["text"].startswith("[old.pdf: this file is not sent any more.")


def test_pages_of_all_turns_count_together():
    files = Files()
    turns = [files.ask(StoredFile(pages=60)), answer(text_block("One.")), files.ask(StoredFile(pages=60))]

    assert types(files.build(*turns))[0] == ["document", "text"]
    assert types(files.build(*turns, model=SMALL))[0] == ["text", "text"]


@pytest.mark.parametrize(
    ("file", "model", "reason", "limit"),
    [
        (StoredFile(sent_size=25 * MEGABYTE), SONNET, "size", 22),
        (StoredFile(pages=101), SMALL, "pages", 100),
        (StoredFile(pages=601), SONNET, "pages", 600),
    ],
)
def test_a_question_with_more_than_a_request_takes_is_refused(file, model, reason, limit):
    files = Files()
    asked = files.ask(file)
    with pytest.raises(Unsendable) as refused:
        check_files(asked.content, files, models.get_model(model))
    assert (refused.value.reason, refused.value.limit) == (reason, limit)


def test_a_last_turn_with_more_than_a_request_takes_is_sent_without_its_files():
    # As the last of the turns that are summarised, or where the limits were lowered since it was asked.
    files = Files()
    built = files.build(files.ask(StoredFile(pages=101)), model=SMALL)

    assert types(built) == [["text", "text"]]
    assert built.file_tokens == 0


@pytest.fixture
def without_eyes(monkeypatch):
    """All models as if they took no images and could not cite."""
    get_model = models.get_model

    def get_blind_model(model_id):
        return replace(get_model(model_id), takes_images=False, can_cite=False)

    monkeypatch.setattr(prompt, "get_model", get_blind_model)


def test_an_image_for_a_model_without_eyes_is_refused_and_of_an_older_turn_left_out(without_eyes):
    files = Files()
    asked = files.ask(StoredFile("plan.png", kind="image"))
    with pytest.raises(Unsendable, match="images"):
        check_files(asked.content, files, replace(models.get_model(SONNET), takes_images=False))
    assert types(files.build(asked, answer(text_block("A plan.")), question()))[0] == ["text", "text"]


def test_a_model_that_cannot_cite_is_not_asked_to(without_eyes):
    files = Files()
    asked = files.ask(StoredFile())
    asked.content[0]["citations"] = {"enabled": True}
    assert "citations" not in files.build(asked).messages[0]["content"][0]


def test_a_deleted_file_becomes_a_line():
    asked = Files().ask(StoredFile("gone.pdf"))
    built = Files({uuid4(): StoredFile()}).build(asked)
    assert built.messages[0]["content"][0]["text"].startswith("[gone.pdf:")


def test_deleted_files_become_lines_also_where_none_is_left_and_are_cited_no_more():
    asked = Files().ask(StoredFile("gone.pdf"))
    citation = {
        "type": "page_location",
        "cited_text": "Calm.",
        "document_index": 0,
        "file_id": asked.content[0]["source"]["file_id"],
    }
    cited = answer({"type": "text", "text": "It is calm.", "citations": [citation]})
    built = Files().build(asked, cited, question("And?"))
    assert types(built) == [["text", "text"], ["text"], ["text"]]
    assert "citations" not in built.messages[1]["content"][0]


def test_only_the_newest_large_document_begins_a_part_of_the_cache():
    files = Files()
    turns = [files.ask(StoredFile(tokens=9_000)), answer(text_block("One.")), files.ask(StoredFile(tokens=9_000))]
    built = files.build(*turns, answer(text_block("Two.")), files.ask(StoredFile(tokens=10)))

    marked = [
        (number, index)
        for number, message in enumerate(built.messages)
        for index, block in enumerate(message["content"])
        if "cache_control" in block
    ]
    assert marked == [(2, 0)]
    assert "cache_control" not in turns[2].content[0]
