"""What happens when Claude calls a function: its input, its result, its errors, its time."""

import asyncio
import base64
import logging

import pytest

from conversations.models import Attachment
from conversations.tools.results import MAX_RESULT, ToolError
from tests.history import begin
from tests.tools import samples
from tests.tools.calling import call_tool, context_of, fail_to_call, run_tool

pytestmark = pytest.mark.usefixtures("sample_tools")


def test_a_result_is_json_unless_it_is_a_text():
    assert call_tool("find_rooms", people=4) == '[{"name":"big room for 4","free_from":"2026-11-27"}]'
    assert call_tool("repeat", text="As it is.") == "As it is."
    assert call_tool("say_nothing") == "Done."


def test_parameters_may_have_any_name():
    assert '"name":"small room for 4 x"' in call_tool("find_rooms", people=4, json="x", model_size="small")


@pytest.mark.django_db
def test_an_async_function_learns_who_asks(alice):
    assert call_tool("book-room", context_of(alice)) == "Alice has a big room."


@pytest.mark.django_db(transaction=True)
def test_a_function_may_use_the_database(alice, bob):
    assert call_tool("count_people") == '{"people":2}'


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("find_rooms", {}, "The input is not valid. people: Field required."),
        ("find_rooms", {"people": "many"}, "people: Input should be a valid integer"),
        ("find_rooms", {"people": {"a": [1]}}, "people: Input should be a valid integer."),
        ("find_rooms", {"people": 10**5000}, "The tool failed."),
        ("find_rooms", {"people": 4, "extra": "x"}, "extra: Extra inputs are not permitted."),
        ("book-room", {"kind": "huge"}, "kind: Input should be 'small' or 'big'."),
        ("book-room", {"context": "x"}, "context: Extra inputs are not permitted."),
        ("repeat", {"text": "x" * 200_000}, "The input is too long: it may have 200000 characters."),
        ("repeat", {"text": None}, "text: Input should be a valid string."),
    ],
)
def test_an_invalid_input_is_answered_with_a_sentence(name, given, sentence):
    assert sentence in fail_to_call(name, **given)


def test_many_errors_with_long_names_stay_short_and_repeat_no_values():
    sentence = fail_to_call("find_rooms", **{f"{number}{'n' * 5_000}": "hush" for number in range(20)})
    assert len(sentence) < 1_100
    assert "hush" not in sentence


def test_a_deeply_nested_input_is_an_error():
    nested: list[object] = []
    for _depth in range(100_000):
        nested = [nested]
    assert fail_to_call("repeat", text=nested) == "The tool failed."


def test_a_long_result_is_shortened_and_what_no_database_stores_is_replaced():
    text = call_tool("repeat", text="\0\ud800" + "x" * MAX_RESULT)
    assert text.startswith("\ufffd\ufffdx")
    assert text.endswith("[The last 2 characters are left out.]")


def test_the_sentence_of_a_tool_error_is_passed_on():
    assert fail_to_call("refuse") == "The house is closed today."


@pytest.mark.parametrize("name", ["exit_process", "cancel_itself"])
def test_a_function_that_ends_its_process_or_task_has_failed(name):
    assert fail_to_call(name) == "The tool failed."


def test_of_another_error_claude_learns_nothing_and_the_log_no_words(caplog):
    assert fail_to_call("break_down", secret="hush") == "The tool failed."
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "Tool break_down failed in call" in record.getMessage()
    assert "ValueError" in record.getMessage()
    assert "hush" not in caplog.text


def test_a_tool_that_is_not_registered_any_more_is_an_error(settings):
    settings.CHAT_TOOLS = []
    assert fail_to_call("repeat", text="x") == "The tool repeat does not exist any more."


def test_a_tool_that_takes_too_long_is_given_up():
    assert fail_to_call("wait_for_ever") == "The tool did not finish within 0.2 seconds."


def test_of_a_synchronous_one_that_acts_claude_learns_that_it_may_still_happen():
    assert fail_to_call("hang") == "The tool did not finish within 0.2 seconds. What it does may still happen."


def test_calls_run_at_once():
    async def call_three():
        return await asyncio.gather(*(run_tool("meet") for _number in range(3)))

    assert [result.content[0]["text"] for result in asyncio.run(call_three())] == ["Met."] * 3


def test_a_function_that_hangs_holds_up_nothing_but_itself():
    async def hang_and_repeat():
        hanging = await asyncio.gather(*(run_tool("hang") for _number in range(6)), return_exceptions=True)
        assert all(isinstance(error, ToolError) for error in hanging)
        answer = await run_tool("repeat", text="Here.")
        with pytest.raises(ToolError, match="did not finish"):
            await run_tool("hang")
        samples.released.set()
        # The threads end, and there is room for further calls.
        await asyncio.sleep(0.5)
        assert (await run_tool("hang")).content == []
        return answer.content[0]["text"]

    assert asyncio.run(hang_and_repeat()) == "Here."


def test_a_call_that_is_stopped_is_cancelled():
    async def stop():
        task = asyncio.create_task(run_tool("wait_for_ever"))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(stop())


@pytest.mark.django_db
def test_an_image_is_shown_to_claude_as_an_attached_one_is(alice):
    result = asyncio.run(run_tool("draw", context_of(alice), size=2_000))
    [block] = result.content
    assert block["type"] == "image"
    assert block["source"]["media_type"] == "image/png"
    assert base64.b64decode(block["source"]["data"]).startswith(b"\x89PNG")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "given"), [("draw_badly", {}), ("draw", {"size": 9_000})])
def test_an_image_that_cannot_be_read_is_an_error(alice, name, given):
    with pytest.raises(ToolError, match=r"not an image|too large"):
        asyncio.run(run_tool(name, context_of(alice), **given))


@pytest.mark.django_db(transaction=True)
def test_a_file_is_stored_with_the_answer_for_the_person_alone(client, alice, bob):
    answer = begin(alice)

    text = call_tool("write_report", context_of(alice, answer), name="../report.txt")

    file = Attachment.objects.get()
    assert (file.owner, file.name, list(file.messages.all())) == (alice, "report.txt", [answer])
    assert text == f"The person can open the file report.txt at /files/{file.pk}/"
    assert b"".join(file.original.read()) == b"All is well."
    client.force_login(alice)
    assert client.get(f"/files/{file.pk}/").status_code == 200
    client.force_login(bob)
    assert client.get(f"/files/{file.pk}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_file_that_nobody_could_attach_is_an_error(settings, alice):
    context = context_of(alice, begin(alice))
    assert fail_to_call("write_report", context, name="a.txt", text=" ") == "There is no text in a.txt."
    settings.MAX_FILE_MB = 0
    assert fail_to_call("write_report", context, name="a.txt") == "a.txt is too large: a file may have 0 MB."
    assert not Attachment.objects.exists()
