"""What a person's own calls used this month."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.costs.tables import build_model_rows
from conversations.costs.totals import Totals, group_calls
from conversations.models import Usage
from conversations.models.months import this_month
from conversations.presentation.details import can_see_costs


@require_safe
def own_usage(request: SignedInRequest) -> HttpResponse:
    month = this_month()
    groups = group_calls(Usage.objects.filter(user=request.user), month, by_person=False)
    total = sum((group.totals for group in groups), Totals())
    context = {
        "month": month,
        "total": total,
        "rows": build_model_rows(groups, total),
        "with_costs": can_see_costs(request.user),
    }
    return render(request, "settings/usage.html", context)
