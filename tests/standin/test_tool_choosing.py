"""Without a marker, the stand-in calls the tool that a question is about."""

import anthropic
import pytest

from tests.standin.turns import Turn


def tool(name, required=("text",), **properties):
    properties = properties or {"text": {"type": "string"}}
    return {"name": name, "input_schema": {"type": "object", "properties": properties, "required": list(required)}}


WEB = [{"type": "web_search_20260318", "name": "web_search"}, {"type": "web_fetch_20260318", "name": "web_fetch"}]
DATABASE = [tool("describe_database", []), tool("query_database", ["sql"], sql={"type": "string"})]
OTHERS = [tool("current_time", [], zone={"type": "string"}), tool("search_conversations"), tool("fetch_address")]
HOW_MANY = "How many conversations did we have last week, by model?"


@pytest.fixture
def turn(stand_in):
    stand_in.reset()
    with anthropic.Anthropic(base_url=stand_in.url, api_key="test-key", max_retries=0) as client:
        turn = Turn(client)
        turn.tools = DATABASE + OTHERS
        yield turn


def call_of(answer):
    return answer.content[-1]


def test_a_question_about_numbers_queries_the_database_that_was_described(turn):
    first = call_of(turn.ask(HOW_MANY))
    second = call_of(turn.send_results("TABLE conversations_message (id uuid, model text)"))
    answer = turn.send_results("model | conversations\nclaude-sonnet-5-5 | 12")

    assert (first.name, second.name) == ("describe_database", "query_database")
    assert second.input["sql"].startswith("SELECT model, count(DISTINCT conversation_id)")
    assert "claude-sonnet-5-5 | 12" in answer.content[0].text
    assert answer.stop_reason == "end_turn"


def test_a_database_without_description_is_queried_at_once(turn):
    turn.tools = DATABASE[1:]
    assert call_of(turn.ask(HOW_MANY)).name == "query_database"


def test_another_database_is_queried_for_what_it_has(turn):
    turn.ask(HOW_MANY)
    assert call_of(turn.send_results("CREATE TABLE boats (id int)")).input == {"sql": "SELECT count(*) FROM boats"}


def test_a_call_that_was_denied_is_not_repeated(turn):
    turn.ask(HOW_MANY)
    answer = turn.send_results("Alice denied this call.", is_error=True)

    assert answer.stop_reason == "end_turn"
    assert "Alice denied this call." in answer.content[0].text


QUESTIONS = {
    "What time is it?": ("current_time", {}),
    "Search my conversations for green tea": ("search_conversations", {"text": "green tea"}),
    "What does https://tea.example/a say?": ("fetch_address", {"text": "https://tea.example/a"}),
}


@pytest.mark.parametrize(("question", "call"), QUESTIONS.items())
def test_a_question_calls_the_tool_that_it_is_about(turn, question, call):
    answer = turn.ask(question)

    assert answer.content[0].text == "Let me look that up."
    assert (call_of(answer).name, call_of(answer).input) == call


def test_a_question_that_names_a_tool_calls_it(turn):
    fields = {"city": {"type": "string"}, "days": {"type": "integer"}, "unit": {"enum": ["C", "F"]}}
    turn.tools = [tool("get_weather", list(fields), **fields)]
    call = call_of(turn.ask("Please use get weather for the next 3 days"))

    assert (call.name, call.input["days"], call.input["unit"]) == ("get_weather", 3, "C")


def test_a_tool_with_a_common_word_as_its_name_has_to_be_called_a_tool(turn):
    turn.tools = [tool("echo")]

    assert turn.ask("Is there an echo in the hall?").stop_reason == "end_turn"
    assert call_of(turn.ask("Use the Echo tool.")).name == "echo"


def test_a_search_of_the_web_has_sources(turn):
    turn.tools = WEB
    answer = turn.ask("Search the web for green tea")

    assert answer.content[1].input == {"query": "green tea"}
    assert any(block.type == "text" and block.citations for block in answer.content)


@pytest.mark.parametrize(
    "question", ["How do I bake bread?", "[[echo:Noon.]]What time is it?", "[[refusal]]What time is it?"]
)
def test_other_questions_call_nothing(turn, question):
    assert "tool_use" not in [block.type for block in turn.ask(question).content]


def test_nothing_is_called_where_the_request_forbids_it(turn):
    request = turn.request("What time is it?") | {"tool_choice": {"type": "none"}}
    assert turn.client.messages.create(**request).stop_reason == "end_turn"


def test_a_tool_that_must_be_used_is_called(turn):
    choice = {"type": "tool", "name": "search_conversations"}
    request = turn.request("Hello.") | {"tool_choice": choice, "model": "claude-haiku-5-5"}
    assert call_of(turn.client.messages.create(**request)).name == "search_conversations"
