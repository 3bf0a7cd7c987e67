"""The site, with every tool that is switched on counted among those that can be run here."""

from chatsite.asgi import application
from conversations.views import pages

__all__ = ["application"]

pages.is_available = lambda *arguments: True  # type: ignore
