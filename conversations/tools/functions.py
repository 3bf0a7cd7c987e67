"""Tools that are Python functions of this site or of the team. docs/tools.md shows how to write one."""

import asyncio
import inspect
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any, Generic, ParamSpec, TypeVar

import docstring_parser
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from conversations.models.tool import TOOL_NAME, Tool
from conversations.models.tool_call import ToolCall
from conversations.tools.outputs import to_result
from conversations.tools.results import ToolContext, ToolError, ToolResult
from conversations.tools.schema import InvalidTool, Signature, find_place, read_signature
from conversations.tools.threads import THREADS, run_in_thread

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

TIMEOUT = 30
#: Characters that the column of the row takes.
MAX_TITLE = 100


@dataclass(frozen=True, slots=True)
class ToolFunction(Generic[P, R]):
    """A function that Claude may call. Called from Python, it is the function."""

    function: Callable[P, R]
    name: str
    title: str | Promise
    description: str
    acts: bool
    is_untrusted: bool
    #: Seconds.
    timeout: float
    signature: Signature
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(THREADS))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    @property
    def fields(self) -> dict[str, Any]:
        """What the row of the tool has from the code; everything else in it is the choice of an administrator."""
        return {
            "title": str(self.title),
            "description": self.description,
            "input_schema": self.signature.schema,
            "acts": self.acts,
            "is_untrusted": self.is_untrusted,
        }


def tool(
    *,
    acts: bool,
    name: str = "",
    title: str | Promise = "",
    description: str = "",
    untrusted: bool = False,
    timeout: float = TIMEOUT,
) -> Callable[[Callable[P, R]], ToolFunction[P, R]]:
    """Make a tool of a typed function; what is not given comes from its name and its docstring.

    `acts`: whether it changes something, so that people are asked before it is called. `untrusted`: whether its results
    come from outside. `timeout`: in seconds. A parameter of the type ToolContext says who asks; Claude does not see it.
    Raises InvalidTool, a TypeError, for a function of which no tool can be made.
    """

    def decorate(function: Callable[P, R]) -> ToolFunction[P, R]:
        if not inspect.isfunction(function):
            raise TypeError(f"a tool is made of a function, not of {function!r}")
        doc = docstring_parser.parse(inspect.getdoc(function) or "", docstring_parser.DocstringStyle.GOOGLE)
        own_name, own_description = name or function.__name__, description or doc.description
        if not TOOL_NAME.fullmatch(own_name):
            raise InvalidTool(function, f"{own_name!r} cannot be the name of a tool: it must match {TOOL_NAME.pattern}")
        if not own_description:
            raise InvalidTool(function, "it needs a docstring or `description=`, which Claude reads")
        if isinstance(title, str) and len(title) > MAX_TITLE:
            raise InvalidTool(function, f"its title has more than {MAX_TITLE} characters")
        descriptions = {param.arg_name: param.description or "" for param in doc.params}
        return ToolFunction(
            function,
            own_name,
            title or own_name.replace("_", " ").capitalize(),
            own_description,
            acts,
            untrusted,
            timeout,
            read_signature(function, descriptions),
        )

    return decorate


def load_functions() -> Mapping[str, ToolFunction[..., Any]]:
    """The functions that CHAT_TOOLS names, by the names of the tools. Raises ImproperlyConfigured."""
    return _load(tuple(settings.CHAT_TOOLS))


@cache
def _load(paths: tuple[str, ...]) -> Mapping[str, ToolFunction[..., Any]]:
    functions: dict[str, ToolFunction[..., Any]] = {}
    for path in paths:
        for function in find_functions(path):
            other = functions.setdefault(function.name, function)
            if other is not function:
                places = f"{find_place(other.function)}, and {find_place(function.function)}"
                raise ImproperlyConfigured(f"CHAT_TOOLS names two tools with the name {function.name}: {places}.")
    return MappingProxyType(functions)


def find_functions(path: str) -> Iterator[ToolFunction[..., Any]]:
    """The tool at a dotted path, or all that a module defines. Raises ImproperlyConfigured."""
    try:
        found = import_path(path)
    except InvalidTool as error:
        raise ImproperlyConfigured(f"CHAT_TOOLS names {path!r}: {error}.") from error
    except Exception as error:
        reason = describe_import_error(error)
        raise ImproperlyConfigured(f"CHAT_TOOLS names {path!r}, which cannot be imported: {reason}.") from error
    values = vars(found).values() if isinstance(found, ModuleType) else [found]
    functions = [value for value in values if isinstance(value, ToolFunction)]
    if isinstance(found, ModuleType):
        functions = [function for function in functions if function.function.__module__ == found.__name__]
    if not functions:
        raise ImproperlyConfigured(f"CHAT_TOOLS names {path!r}, which is neither a tool nor a module with tools.")
    yield from functions


def import_path(path: str) -> Any:
    """A module, or what is in one."""
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        # A module that this one imports and that is missing is an error. Nothing is in a module without a name.
        if "." not in path or error.name is None or not f"{path}.".startswith(f"{error.name}."):
            raise
    return import_string(path)


def describe_import_error(error: Exception) -> str:
    """What a module raised when it was imported, on one line, and the line of a module where that was."""
    sentence = str(error).partition("\n")[0]
    reason = sentence if isinstance(error, ImportError) else f"{type(error).__name__}: {sentence}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.name == "<module>"]
    return f"{reason} ({frames[-1].filename}, line {frames[-1].lineno})" if frames else reason


def sync_functions() -> None:
    """Add a row, switched off, for each function without one; update what the others have from the code."""
    functions = load_functions()
    rows = Tool.objects.in_bulk(functions, field_name="name")
    # Titles are stored in the language of the site, not in that of the administrator.
    with translation.override(settings.LANGUAGE_CODE):
        fields = {name: function.fields for name, function in functions.items()}
    missing = [Tool(name=name, kind=Tool.Kind.FUNCTION, **fields[name]) for name in functions if name not in rows]
    # Another process may do the same at this moment.
    Tool.objects.bulk_create(missing, ignore_conflicts=True)
    for row in rows.values():
        if row.kind != Tool.Kind.FUNCTION:
            logger.warning("The function %s is not offered: a tool of another kind has its name.", row.name)
        elif any(getattr(row, field) != value for field, value in fields[row.name].items()):
            # What was always approved was another function.
            ToolCall.objects.filter(tool=row.name, is_always=True).update(is_always=False)
            for name, value in fields[row.name].items():
                setattr(row, name, value)
            row.save(update_fields=[*fields[row.name], "changed"])


def is_available(tool: Tool) -> bool:
    """Whether there is something behind the row: a function that was taken out of CHAT_TOOLS keeps its row."""
    return tool.kind != Tool.Kind.FUNCTION or tool.name in load_functions()


async def run(tool: Tool, input: Mapping[str, Any], context: ToolContext) -> ToolResult:
    """Call the function. Raises ToolError; whatever else goes wrong is logged and becomes one."""
    function = load_functions().get(tool.name)
    if function is None:
        raise ToolError(f"The tool {tool.name} does not exist any more.")
    timeout = asyncio.timeout(function.timeout)
    try:
        async with timeout:
            return await to_result(await call(function, input, context), context)
    except ToolError:
        raise
    except (Exception, SystemExit, asyncio.CancelledError) as error:
        if is_being_cancelled():
            raise
        if timeout.expired():
            raise ToolError(describe_timeout(function)) from None
        # Neither the message of the error nor the arguments: they contain what people wrote.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Tool %s failed in call %s: %s\n%s", tool.name, context.call, type(error).__name__, frames)
        raise ToolError("The tool failed.") from None


async def call(function: ToolFunction[..., Any], input: Mapping[str, Any], context: ToolContext) -> Any:
    arguments = function.signature.parse(input, context)
    if inspect.iscoroutinefunction(function.function):
        return await function(**arguments)
    return await run_in_thread(function.slots, function.function, arguments)


def is_being_cancelled() -> bool:
    """Whether somebody stops this task; a function may raise CancelledError for reasons of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def describe_timeout(function: ToolFunction[..., Any]) -> str:
    sentence = f"The tool did not finish within {function.timeout:g} seconds."
    is_over = inspect.iscoroutinefunction(function.function) or not function.acts
    return sentence if is_over else f"{sentence} What it does may still happen."
