"""The input of a tool that is a Python function: its JSON schema, and its validation, from the signature."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema

from conversations.tools.results import ToolContext, ToolError

#: Characters of the JSON that Claude may send.
MAX_INPUT = 200_000
#: Errors that are reported of one input, and characters of each.
MAX_ERRORS, MAX_ERROR = 5, 200
#: A field of this name cannot hide an attribute of pydantic's models, whatever the parameter is called.
FIELD = "argument_{}"


class InvalidTool(TypeError):
    """A function of which no tool can be made. The sentence names it and its place, and says what to change."""

    def __init__(self, function: Callable[..., Any], problem: str) -> None:
        super().__init__(f"the function {function.__qualname__}: {problem} ({find_place(function)})")


def find_place(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{code.co_filename}, line {code.co_firstlineno}"


class SchemaWithoutTitles(GenerateJsonSchema):
    """A title repeats the name of its parameter."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function: those that Claude fills in, and the one that gets the context, if there is one."""

    model: type[BaseModel]
    names: tuple[str, ...]
    context_name: str

    @property
    def schema(self) -> dict[str, Any]:
        schema = self.model.model_json_schema(schema_generator=SchemaWithoutTitles)
        return {key: value for key, value in schema.items() if key != "title"}

    def parse(self, given: Mapping[str, Any], context: ToolContext) -> dict[str, Any]:
        """The arguments of a call. Raises ToolError with a sentence by which Claude can correct its input."""
        if len(json.dumps(given)) > MAX_INPUT:
            raise ToolError(f"The input is too long: it may have {MAX_INPUT} characters.")
        try:
            values = self.model.model_validate(given)
        except ValidationError as error:
            raise ToolError(describe_errors(error)) from None
        arguments = {name: getattr(values, FIELD.format(name)) for name in self.names}
        return arguments | ({self.context_name: context} if self.context_name else {})


def read_signature(function: Callable[..., Any], descriptions: Mapping[str, str]) -> Signature:
    """Raises InvalidTool for a parameter that Claude cannot fill in."""
    try:
        signature = build_signature(function, descriptions)
        _ = signature.schema  # not every type has one
    except InvalidTool:
        raise
    except Exception as error:  # a name that is not defined, a type that pydantic does not know, …
        reason = str(error).partition("\n")[0]
        raise InvalidTool(function, f"its parameters need types that JSON can express: {reason}") from error
    return signature


def build_signature(function: Callable[..., Any], descriptions: Mapping[str, str]) -> Signature:
    fields: dict[str, Any] = {}
    names, context_name = [], ""
    for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
        check_parameter(function, parameter)
        if parameter.annotation is ToolContext:
            context_name = name
            continue
        names.append(name)
        default = ... if parameter.default is parameter.empty else parameter.default
        details: dict[str, Any] = {"description": descriptions[name]} if name in descriptions else {}
        fields[FIELD.format(name)] = (parameter.annotation, Field(default, alias=name, **details))
    model = create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)
    return Signature(model, tuple(names), context_name)


def check_parameter(function: Callable[..., Any], parameter: inspect.Parameter) -> None:
    if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
        raise InvalidTool(function, f"a tool takes parameters by their names, not {parameter}")
    if parameter.annotation is parameter.empty:
        raise InvalidTool(function, f"the parameter {parameter.name} needs a type, as in `{parameter.name}: str`")


def describe_errors(error: ValidationError) -> str:
    """What is wrong with an input, without the values in it."""
    lines = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_ERRORS]:
        place = ".".join(map(str, detail["loc"])) or "input"
        lines.append(f"{place}: {detail['msg']}"[:MAX_ERROR])
    return "The input is not valid. " + "; ".join(lines) + "."
