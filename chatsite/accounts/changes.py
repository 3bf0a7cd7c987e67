"""What was done with a person's account: recorded in the log of the admin, and shown to the person in the settings."""

import logging

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from chatsite.mail import build_email

PAGE_SIZE = 50
#: What the admin records when a form is saved in which nothing was changed.
NOTHING_CHANGED = "[]"

logger = logging.getLogger(__name__)


def record_own_change(user: User, sentence: str) -> None:
    """Record what a person has done with their own account, outside of the admin."""
    # Not `get_for_model`: its cache is wrong in a process that runs while the database is restored.
    content_type = ContentType.objects.get(app_label=User._meta.app_label, model=User._meta.model_name)
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=content_type,
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
        change_message=sentence,
    )


def send_notice(request: HttpRequest, user: User, sentence: str, address: str) -> None:
    """Tell the person at once, by e-mail, what was done with the account."""
    context = {"user": user, "changed_by": request.user, "sentence": sentence}
    send_or_log(build_email("account/email/account_changed", [address], context, request), user)


def send_or_log(message: EmailMessage, user: User) -> None:
    """Send an e-mail about this person's account. A failure of the mail server is logged."""
    try:
        message.send()
    except OSError as error:  # includes the exceptions of smtplib
        logger.error("The e-mail about a change of account %s could not be sent: %s", user.pk, type(error).__name__)


def changes_of(user: User) -> QuerySet[LogEntry]:
    """The entries about this person's account, newest first."""
    entries = user.log_entries().exclude(change_message=NOTHING_CHANGED)
    return entries.select_related("user").order_by("-action_time", "-pk")


@require_safe
def account_changes(request: SignedInRequest) -> HttpResponse:
    """The page "Changes to my account"."""
    page = Paginator(changes_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "settings/changes.html", {"page_obj": page})
