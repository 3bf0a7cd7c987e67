"""What staff see of the sources of an answer."""

from tests.citing import FILE, create_cited_answer


def test_staff_read_what_was_cited_and_open_no_file_from_there(reader, alice):
    answer = create_cited_answer(alice)
    html = reader.open(answer.conversation, reason="A complaint, ticket 12.").content.decode()

    assert f'id="source-{answer.pk}-1"' in html
    assert "The harbour opens at six." in html
    assert 'href="https://harbour.example/a?b=1&amp;c"' in html
    assert FILE not in html
