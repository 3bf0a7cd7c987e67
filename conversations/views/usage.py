"""What a person's own calls used this month, and the room that their files take."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.costs.tables import build_model_rows
from conversations.costs.totals import Totals, group_calls
from conversations.models import Attachment, Usage
from conversations.models.months import this_month
from conversations.presentation.details import can_see_costs


@require_safe
def own_usage(request: SignedInRequest) -> HttpResponse:
    month = this_month()
    groups = group_calls(Usage.objects.filter(user=request.user), month, by_person=False)
    total = sum((group.totals for group in groups), Totals())
    rows = build_model_rows(groups, total)
    context = {
        "month": month,
        "total": total,
        "rows": rows,
        "loses_by_cache": any(row.totals.saved_by_cache < 0 for row in rows),
        "files": Attachment.objects.owned_by(request.user).count(),
        "files_size": Attachment.objects.owned_by(request.user).total_size(),
        "max_files_gb": settings.MAX_PERSON_FILES_GB,
        "with_costs": can_see_costs(request.user),
    }
    return render(request, "settings/usage.html", context)
