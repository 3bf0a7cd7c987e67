"""A turn of several calls to the API, as a client with tools makes them."""

from typing import Any

TOOLS: list[dict[str, Any]] = [
    {"name": "clock", "description": "What time it is.", "input_schema": {"type": "object"}},
    {"name": "search", "description": "Searches.", "input_schema": {"type": "object", "properties": {"words": {}}}},
]


class Turn:
    def __init__(self, client):
        self.client, self.messages, self.tools = client, [], TOOLS

    def request(self, question):
        thinking = "" if "[[thinking" in question else "[[nothinking]]"
        messages = [*self.messages, {"role": "user", "content": f"[[rate:0]]{thinking}{question}"}]
        return {"model": "claude-sonnet-5-5", "max_tokens": 2_000, "messages": messages, "tools": self.tools}

    def counted(self):
        """What the count of the last question's tokens is asked for."""
        return {"model": "claude-sonnet-5-5", "messages": self.messages[:-1], "tools": self.tools}

    def ask(self, question):
        self.messages = self.request(question)["messages"]
        return self.call()

    def send_results(self, *texts, question="", **fields):
        """Send a result for each call of the last answer, and with them perhaps another question."""
        calls = [block["id"] for block in self.messages[-1]["content"] if block["type"] == "tool_use"]
        results = [
            {"type": "tool_result", "tool_use_id": call, "content": text, **fields}
            for call, text in zip(calls, texts, strict=True)
        ]
        text = [{"type": "text", "text": question}] if question else []
        self.messages.append({"role": "user", "content": results + text})
        return self.call()

    def go_on(self):
        """Continue the last answer, which paused."""
        return self.call()

    def call(self):
        request = {"model": "claude-sonnet-5-5", "max_tokens": 2_000, "messages": self.messages, "tools": self.tools}
        with self.client.messages.stream(**request) as stream:
            answer = stream.get_final_message()
        # The API sends blocks of white space alone, and refuses them.
        content = [block.to_dict() for block in answer.content if block.type != "text" or block.text.strip()]
        if self.messages[-1]["role"] == "assistant":
            self.messages[-1]["content"] += content
        else:
            self.messages.append({"role": "assistant", "content": content})
        return answer
