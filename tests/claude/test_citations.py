"""Citations on their way from Claude and back to it."""

from uuid import uuid4

from conversations.claude.citations import list_files, name_files, restore_citations
from conversations.claude.prompt import build_prompt
from conversations.models.content import SentMessage, text_content

MODEL = "claude-sonnet-5-5"


def document(file_id=None):
    source = {"type": "file", "file_id": file_id} if file_id else {"type": "text", "data": "A text."}
    return {"type": "document", "source": source, "title": "A title", "citations": {"enabled": True}}


def citation(index, **fields):
    pages = {"start_page_number": 2, "end_page_number": 3}
    about = {"document_index": index, "document_title": "A title", "cited_text": "Calm water."}
    return {"type": "page_location", **about, **pages, **fields}


def cited(*citations, text="It is calm."):
    return {"type": "text", "text": text, "citations": list(citations)}


def branch(*contents):
    """Messages of a person and of Claude in turns, each below the one before."""
    messages, parent = [], None
    for number, content in enumerate(contents):
        role = "assistant" if number % 2 else "user"
        messages.append(SentMessage(uuid4(), parent, role, content, MODEL if number % 2 else ""))
        parent = messages[-1].id
    return messages


def send(*contents, max_tokens=16_000):
    return build_prompt(branch(*contents), model=MODEL, system="", max_tokens=max_tokens).messages


def test_a_citation_names_the_attachment_at_its_index():
    messages = [
        {"role": "user", "content": [document("a"), {"type": "text", "text": "?"}]},
        {"role": "user", "content": [{"type": "tool_result", "content": [document()]}, document("b")]},
    ]
    files = list_files(messages)
    block = name_files(cited(citation(0), citation(1), citation(2), citation(3)), files)

    assert files == ["a", "", "b"]
    assert [item.get("file_id") for item in block["citations"]] == ["a", None, "b", None]


def test_other_blocks_and_citations_of_any_shape_are_left_as_they_are():
    odd = cited("?", None, {"document_index": "0"}, {"document_index": -1})

    assert name_files(odd, ["a"]) == odd
    assert name_files({"type": "tool_use", "citations": [citation(0)]}, ["a"])["citations"] == [citation(0)]
    assert restore_citations([{"type": "thinking", "citations": [5]}], []) == [{"type": "thinking", "citations": [5]}]


def test_what_claude_cited_is_sent_back_as_it_came():
    on_the_web = {"type": "web_search_result_location", "url": "https://example.com", "encrypted_index": "x"}
    question = [document("a"), *text_content("?")]
    answer = [{"type": "text", "text": "So: "}, cited(citation(0, file_id="a"), {**on_the_web, "cited_text": "Yes."})]
    messages = send(question, answer, text_content("And?"))

    assert messages[1]["content"][1] == cited(citation(0), {**on_the_web, "cited_text": "Yes."})


def test_a_citation_of_a_document_that_is_not_sent_any_more_is_left_out():
    long = [document("a"), *text_content("x" * 2_000_000)]
    second = [document("b"), *text_content("?")]
    answers = [cited(citation(0, file_id="a"))], [cited(citation(0, file_id="a"), citation(1, file_id="b"))]
    messages = send(long, answers[0], second, answers[1], text_content("And?"))

    assert [block["type"] for block in messages[0]["content"]] == ["document", "text"]
    assert messages[1]["content"] == [cited(citation(0))]


def test_space_between_cited_sentences_is_sent_with_the_first_of_them():
    first, second = cited(citation(0, file_id="a"), text="One."), cited(citation(0, file_id="a"), text="Two.")
    question = [document("a"), *text_content("?")]
    messages = send(question, [first, {"type": "text", "text": "\n\n"}, second], text_content("And?"))

    assert [block["text"] for block in messages[1]["content"]] == ["One.\n\n", "Two."]
