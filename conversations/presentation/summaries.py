"""Summaries of older turns as they are shown: above the first turn that is sent as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from conversations import markdown
from conversations.claude.models import get_model
from conversations.models import Conversation, Summary
from conversations.models.tree import Parents, path_to
from conversations.presentation.labels import translate_labels


@dataclass(frozen=True, slots=True)
class ShownSummary:
    """A summary, and how many turns it stands for."""

    summary: Summary
    count: int

    @property
    def html(self) -> SafeString:
        return translate_labels(markdown.render(self.summary.text))

    @property
    def label(self) -> str:
        sentence = ngettext("Summary of the turn above", "Summary of the %(count)s turns above", self.count)
        return sentence % {"count": self.count}

    @property
    def model_name(self) -> str:
        return get_model(self.summary.model).name


def find_summary(end: UUID | None, conversation: Conversation) -> ShownSummary | None:
    """The newest summary that ends with a message. The tree of the conversation is read only if there is one."""
    summary = Summary.objects.by_end([end]).get(end) if end else None
    return ShownSummary(summary, len(path_to(end, conversation.parents()))) if summary else None


def find_summaries(ends: list[UUID | None], parents: Parents) -> Mapping[UUID | None, ShownSummary]:
    """The newest summary that ends with each of these messages. One query."""
    found = Summary.objects.by_end([end for end in ends if end is not None])
    return {end: ShownSummary(summary, len(path_to(end, parents))) for end, summary in found.items()}
