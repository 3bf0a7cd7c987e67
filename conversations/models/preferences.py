"""What a person has chosen for every page."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User


class Preferences(models.Model):
    """One row for each person who has chosen something, read with `Preferences.current(user)`."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # The model and the effort of new questions; empty: the site's default.
    model = models.CharField(_("model"), max_length=80, blank=True)
    effort = models.CharField(_("effort"), max_length=10, blank=True)
    single_keys = models.BooleanField(_("single keys"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def current(cls, user: User | AnonymousUser) -> Self:
        """The person's row, or the defaults while they have chosen nothing, and for guests."""
        return cls.objects.filter(pk=user.pk).first() or cls(pk=user.pk)

    @classmethod
    def change(cls, user: User, **chosen: object) -> None:
        """Store what a person has chosen, and leave the rest as it is."""
        cls.objects.update_or_create(user=user, defaults=chosen)
