"""Files: upload one, read one, take an upload back that was not sent."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import aget_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.files.uploads import UploadRefused, store_upload
from conversations.models import Attachment
from conversations.views.pages import find_files
from conversations.views.refusals import REFUSALS, no_content, refusal, status_and_sentence
from conversations.views.serving import serve


class FilesView(View):
    """The files of a question that is being written: show those with these ids (GET), or upload one (POST)."""

    http_method_names = ["get", "head", "post"]

    async def get(self, request: SignedInRequest) -> HttpResponse:
        """The HTML of the files `id` that the person may still attach; a script keeps only ids."""
        return await sync_to_async(render_attachable)(request)

    async def post(self, request: SignedInRequest) -> HttpResponse:
        """Store one file that is not in a question yet; the response has its id and the HTML that stands for it."""
        # Parsed already: the check of the CSRF token reads a form, in a thread.
        uploaded = request.FILES.get("file")
        if uploaded is None:
            return refusal(400, _("Choose a file first."))
        try:
            file = await store_upload(request.user, uploaded)
        except UploadRefused as refused:
            return refusal(refused.status, str(refused), refused.headers)
        except REFUSALS as refused:
            return refusal(*status_and_sentence(refused))
        return JsonResponse(await sync_to_async(describe)(file), status=201)


def render_attachable(request: SignedInRequest) -> HttpResponse:
    files = find_files(request.user, request.GET.getlist("id"))
    return render(request, "conversations/_file_rows.html", {"files": files})


def describe(file: Attachment) -> dict[str, object]:
    """An upload for the page's script."""
    return {
        "id": str(file.pk),
        "name": file.name,
        "kind": file.kind,
        "size": file.size,
        "pages": file.pages,
        "thumbnail": file.thumbnail_url,
        "html": render_to_string("conversations/_file.html", {"file": file, "removable": True}),
    }


class FileView(View):
    """A file: read it as it was uploaded (GET), or take back an upload that was not sent (DELETE)."""

    http_method_names = ["get", "head", "delete"]

    async def get(self, request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        """For saving; with `view`, what a browser can show safely: an image as it was sent, or a PDF."""
        file = await get_visible(request, pk)
        if "view" in request.GET and file.kind != Attachment.Kind.TEXT:
            return await serve(request, file.sent_file, file.sent_media_type, file.name, inline=True)
        return await serve(request, file.original, file.media_type, file.name)

    async def delete(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        """What is part of a question goes with its conversation."""
        file = await aget_object_or_404(Attachment.objects.owned_by(request.user), pk=pk)
        if await sync_to_async(file.take_back)():
            return no_content()
        return refusal(409, _("This file is part of a question."))


@require_safe
async def thumbnail(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    file = await get_visible(request, pk)
    if file.thumbnail is None:
        raise Http404
    return await serve(request, file.thumbnail, "image/webp", f"{file.name}.webp", inline=True)


@require_safe
async def text(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """What Claude is sent of a text or a document, as it is."""
    file = await get_visible(request, pk)
    if file.kind != Attachment.Kind.TEXT:
        raise Http404
    return await serve(request, file.sent_file, "text/plain; charset=utf-8", f"{file.name}.txt", inline=True)


async def get_visible(request: SignedInRequest, pk: UUID) -> Attachment:
    files = Attachment.objects.visible_to(request.user).select_related("original", "sent", "thumbnail")
    return await aget_object_or_404(files, pk=pk)
