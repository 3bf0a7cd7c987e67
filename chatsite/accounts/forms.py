"""Forms of a person's own settings."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=60)
