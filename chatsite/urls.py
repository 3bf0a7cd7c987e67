"""All addresses of the site: the product's own, then accounts and the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("conversations.urls")),
    path("", include("chatsite.accounts.urls")),
    path("admin/", admin.site.urls),
]
