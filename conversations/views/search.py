"""The search of a person's own conversations."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script
from conversations.presentation.sidebar import build_sidebar
from conversations.search.forms import OwnSearchForm
from conversations.search.own import describe, find_results
from conversations.search.query import parse_query
from conversations.views import pages

PAGE_SIZE, FRAGMENT_SIZE = 20, 8


@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """The page with the results, or the best of them alone for a script.

    Nothing that can be typed into the field is an error; a filter can be one.
    """
    form = OwnSearchForm(request.GET)
    is_valid = form.is_valid()
    typed = form.cleaned_data.get("q", "")
    query = parse_query(typed)
    is_searched = is_valid and bool(typed) and not query.is_too_short
    results, is_limited = find_results(request.user, query, form.filters) if is_searched else ([], False)
    page_obj = Paginator(results, FRAGMENT_SIZE if is_from_script(request) else PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    page_obj.object_list = describe(request.user, list(page_obj), query)
    context = {
        "form": form,
        "query": query,
        "typed": typed,
        "is_searched": is_searched,
        "is_limited": is_limited,
        "page_obj": page_obj,
        "has_filters": any(form.cleaned_data.get(name) for name in form.FILTERS),
    }
    if is_from_script(request):
        template = "conversations/_search_results.html"
    else:
        template = "conversations/search.html"
        context["sidebar"] = build_sidebar(request.user)
    return pages.hide_address(render(request, template, context, status=200 if is_valid else 400))
