"""What a person has chosen for every page."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User


class Preferences(models.Model):
    """One row for each person who has chosen something, read with `Preferences.current(user_id)`."""

    class Theme(models.TextChoices):
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

        __empty__ = _("as the system")

    class ReadAloud(models.TextChoices):
        END = "end", _("the whole answer, when it is complete")
        SENTENCES = "sentences", _("sentence by sentence, as it is written")

        __empty__ = _("nothing; I read it myself")

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # The model and the effort of new questions; empty: the site's default.
    model = models.CharField(_("model"), max_length=80, blank=True)
    effort = models.CharField(_("effort"), max_length=10, blank=True)
    # The names of the tools that Claude may use.
    tools = models.JSONField(_("tools"), default=list, blank=True, editable=False)
    theme = models.CharField(_("colours"), max_length=10, blank=True, choices=Theme)
    enter_sends = models.BooleanField(_("Enter sends; Shift+Enter adds a line"), default=True)
    single_keys = models.BooleanField(_("shortcuts of a single character, such as / and ?"), default=True)
    read_aloud = models.CharField(
        _("what a screen reader reads of a new answer"),
        max_length=10,
        blank=True,
        choices=ReadAloud,
        help_text=_(
            "Only a screen reader notices this. It always says when Claude answers and when the answer has ended."
        ),
    )
    instructions = models.TextField(
        _("about me"),
        blank=True,
        max_length=4_000,
        help_text=_("What Claude should know about you, and how it should answer. Sent with each of your questions."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def current(cls, user_id: int | None) -> Self:
        """The person's row, or the defaults while they have chosen nothing, and for guests, who have no id."""
        return cls.objects.filter(pk=user_id).first() or cls(pk=user_id)

    def add_to(self, instructions: str) -> str:
        """The team's instructions, and what the person says about themselves."""
        own = self.instructions.strip()
        return f"{instructions}\n\nThe person says about themselves:\n{own}".strip() if own else instructions

    @classmethod
    def change(cls, user: User, **chosen: object) -> None:
        """Store what a person has chosen, and leave the rest as it is."""
        cls.objects.update_or_create(user=user, defaults=chosen)
