from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from conversations import receivers  # noqa: F401  (connects itself)

        if settings.CHAT_TOOLS:
            from conversations.tools.functions import load_functions

            # A wrong path stops the start.
            load_functions()
