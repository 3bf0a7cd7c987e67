"""What a person has chosen for every page."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from chatsite import errors
from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, see_other
from conversations.forms import PreferencesForm, first_error
from conversations.models import Preferences
from conversations.views.refusals import no_content


@require_POST
def change(request: SignedInRequest) -> HttpResponse:
    """Store the fields that are sent, and leave the others as they are."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return errors.render_error(request, 400, first_error(form))
    Preferences.change(request.user, **form.cleaned_data)
    return no_content() if is_from_script(request) else see_other("new")
