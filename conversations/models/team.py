"""What staff set for the whole team, in the admin and without a restart."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

#: Starter prompts that the empty page has room for.
MAX_STARTERS = 6


def default_starters() -> str:
    """The prompts that a new team begins with, in the language of the site."""
    return "\n".join(
        [
            gettext("Summarise this text in five sentences:"),
            gettext("Draft a friendly reply to this e-mail:"),
            gettext("Explain this error message, and how to fix it:"),
            gettext("Compare these options in a table:"),
        ]
    )


class TeamSettings(models.Model):
    """One row, read with `TeamSettings.current()`."""

    name = models.CharField(_("team name"), max_length=60, default="Chatsite")
    instructions = models.TextField(
        _("instructions"),
        blank=True,
        default="You are a helpful assistant.",
        max_length=20_000,
        help_text=_("Sent to Claude with every question, as its system prompt."),
    )
    notice = models.CharField(
        _("notice"),
        max_length=300,
        blank=True,
        # Templates translate it as long as it is this one.
        default=gettext_noop("Administrators of this site may read conversations."),
        help_text=_("Shown to everybody beside the composer: who may read conversations here."),
    )
    starters = models.TextField(
        _("starter prompts"),
        max_length=1_000,
        blank=True,
        default=default_starters,
        help_text=_("Offered on the empty page: one on each line, at most six."),
    )
    monthly_limit = models.DecimalField(
        _("monthly limit"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In US dollars, for all calls to Claude in a calendar month; empty: no limit."),
    )
    show_costs = models.BooleanField(
        _("show costs"),
        default=True,
        help_text=_("Whether people see what their replies cost; staff always do."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("team settings")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="team_settings_is_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "TeamSettings":
        """The row, or the defaults while nobody has saved one."""
        return cls.objects.first() or cls(pk=1)

    def starter_prompts(self) -> list[str]:
        """The prompts that the empty page offers."""
        return [line.strip() for line in self.starters.splitlines() if line.strip()][:MAX_STARTERS]
