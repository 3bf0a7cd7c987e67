"""The product's addresses; a new resource comes before a new action."""

from django.urls import path

from conversations.views import api, conversations, exports, health, installing, messages, readers, replies

urlpatterns = [
    path("", conversations.new, name="new"),
    path("conversations/", messages.ConversationsView.as_view(), name="conversations"),
    path("conversations/<uuid:pk>/", conversations.ConversationView.as_view(), name="conversation"),
    path("conversations/<uuid:pk>/edit/", conversations.edit, name="edit-conversation"),
    path("conversations/<uuid:pk>/title/", conversations.rename, name="rename-conversation"),
    path("conversations/<uuid:pk>/head/", conversations.switch_version, name="switch-version"),
    path("conversations/<uuid:pk>/delete/", conversations.delete, name="delete-conversation"),
    path("conversations/<uuid:pk>/restore/", conversations.restore, name="restore-conversation"),
    path("conversations/<uuid:pk>/print/", exports.print_all, name="print-conversation"),
    path("conversations/<uuid:pk>/markdown/", exports.export, {"file_format": "md"}, name="export-markdown"),
    path("conversations/<uuid:pk>/json/", exports.export, {"file_format": "json"}, name="export-json"),
    path("conversations/<uuid:pk>/messages/", messages.ask, name="messages"),
    path("bin/", conversations.list_bin, name="bin"),
    path("messages/<uuid:pk>/reply/", replies.ReplyView.as_view(), name="reply"),
    path("messages/<uuid:pk>/stop/", replies.stop_by_form, name="stop-reply"),
    path("messages/<uuid:pk>/reword/", messages.reword, name="reword-question"),
    path("api/chat", api.chat, name="api-chat"),
    path("settings/readers/", readers.readers, name="readers"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("service-worker.js", installing.service_worker, name="service-worker"),
    path("offline/", installing.offline, name="offline"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
