"""What a person has chosen for every page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import View

from chatsite import errors
from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, see_other
from chatsite.languages import activate_language
from conversations.forms import PersonForm, PreferencesForm, first_error
from conversations.models import Preferences
from conversations.views.refusals import no_content


class PreferencesView(View):
    """The page with everything that a person can choose, and single choices that a script stores."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        person = request.user
        initial = {name: getattr(person, name) for name in PersonForm.PERSON_FIELDS}
        form = PersonForm(instance=Preferences.current(person.pk), initial=initial)
        return render(request, "settings/preferences.html", {"form": form})

    def post(self, request: SignedInRequest) -> HttpResponse:
        if is_from_script(request):
            return self.change(request)
        preferences = Preferences.current(request.user.pk)
        preferences.user = request.user
        form = PersonForm(request.POST, instance=preferences)
        if not form.is_valid():
            return render(request, "settings/preferences.html", {"form": form}, status=400)
        form.save()
        activate_language(request)
        messages.success(request, _("Saved."))
        return see_other("preferences")

    def change(self, request: SignedInRequest) -> HttpResponse:
        """Store the fields that are sent, and leave the others as they are."""
        form = PreferencesForm(request.POST)
        if not form.is_valid():
            return errors.render_error(request, 400, first_error(form))
        Preferences.change(request.user, **form.cleaned_data)
        return no_content()
