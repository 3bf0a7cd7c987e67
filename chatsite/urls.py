"""All URLs of the site: conversations, accounts, the admin."""

from django.contrib import admin
from django.urls import include, path

handler400 = "chatsite.errors.bad_request"
handler403 = "chatsite.errors.permission_denied"
handler404 = "chatsite.errors.page_not_found"
handler429 = "chatsite.errors.too_many_requests"
handler500 = "chatsite.errors.server_error"

urlpatterns = [
    path("", include("conversations.urls")),
    path("", include("chatsite.accounts.urls")),
    path("admin/", admin.site.urls),
]
