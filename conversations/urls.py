"""The product's addresses; a new resource comes before a new action."""

from django.urls import path

from conversations.views import api, conversations, health, messages, readers, replies

urlpatterns = [
    path("", conversations.new, name="new"),
    path("conversations/", messages.start, name="conversations"),
    path("conversations/<uuid:pk>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:pk>/edit/", conversations.edit, name="edit-conversation"),
    path("conversations/<uuid:pk>/messages/", messages.ask, name="messages"),
    path("bin/", conversations.binned, name="bin"),
    path("messages/<uuid:pk>/reply/", replies.reply, name="reply"),
    path("api/chat", api.chat, name="api-chat"),
    path("settings/readers/", readers.readers, name="readers"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
