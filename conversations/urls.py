"""The product's addresses; a new resource comes before a new action."""

from django.urls import path

from conversations.views import api, conversations, health, messages, preferences, readers, replies

urlpatterns = [
    path("", conversations.new, name="new"),
    path("conversations/", messages.ConversationsView.as_view(), name="conversations"),
    path("conversations/recent/", conversations.list_recent, name="recent-conversations"),
    path("conversations/<uuid:pk>/", conversations.ConversationView.as_view(), name="conversation"),
    path("conversations/<uuid:pk>/edit/", conversations.edit, name="edit-conversation"),
    path("conversations/<uuid:pk>/title/", conversations.rename, name="rename-conversation"),
    path("conversations/<uuid:pk>/head/", conversations.switch_version, name="switch-version"),
    path("conversations/<uuid:pk>/delete/", conversations.delete, name="delete-conversation"),
    path("conversations/<uuid:pk>/restore/", conversations.restore, name="restore-conversation"),
    path("conversations/<uuid:pk>/messages/", messages.ask, name="messages"),
    path("bin/", conversations.list_bin, name="bin"),
    path("messages/<uuid:pk>/reply/", replies.ReplyView.as_view(), name="reply"),
    path("messages/<uuid:pk>/stop/", replies.stop_by_form, name="stop-reply"),
    path("messages/<uuid:pk>/reword/", messages.reword, name="reword-question"),
    path("api/chat", api.chat, name="api-chat"),
    path("settings/preferences/", preferences.change, name="preferences"),
    path("settings/readers/", readers.readers, name="readers"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
