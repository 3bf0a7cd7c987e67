"""A server of the Model Context Protocol (MCP), whose tools Claude may call: https://modelcontextprotocol.io."""

import json
from typing import Any, Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.encryption import SecretLost, decrypt, encrypt
from conversations.models.tool import Tool

#: The slug begins the names of the tools, of which Claude's API takes 64 characters.
MAX_SLUG = 20


def validate_url(url: str) -> None:
    """Accept http and https, any host, also private ones. Raises ValidationError."""
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValidationError(_("Enter an address that begins with http:// or https://."))
    if parts.username or parts.password or parts.fragment:
        raise ValidationError(_("The address must hold no name, password or fragment."))


class MCPServerQuerySet(models.QuerySet["MCPServer"]):
    def connectable_by(self, user: User) -> Self:
        """Those at which this person may sign in: to use their tools, or as a superuser to read them."""
        servers = self.filter(authentication=MCPServer.Authentication.OAUTH, is_enabled=True)
        if user.is_superuser:
            return servers
        usable = Tool.objects.usable_by(user).exclude(server=None)
        return servers.filter(pk__in=usable.order_by().values("server"))


class MCPServer(models.Model):
    """One server, added by a superuser. Its tools are rows of Tool."""

    class Transport(models.TextChoices):
        HTTP = "http", _("address (Streamable HTTP)")
        STDIO = "stdio", _("program on the server of this site (stdio)")

    class Authentication(models.TextChoices):
        NONE = "none", _("none")
        BEARER = "bearer", _("one token for the team")
        OAUTH = "oauth", _("each person signs in (OAuth)")

    slug = models.SlugField(
        _("short name"),
        max_length=MAX_SLUG,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", _("Use small letters, digits and hyphens."))],
        help_text=_("The names of its tools begin with it. It cannot be changed later."),
    )
    title = models.CharField(_("title"), max_length=100, help_text=_("What people read."))
    transport = models.CharField(_("connection"), max_length=10, choices=Transport, default=Transport.HTTP)
    url = models.CharField(_("address"), max_length=500, blank=True, validators=[validate_url])
    command = models.CharField(
        _("program"), max_length=200, blank=True, help_text=_("Its name or path, without arguments.")
    )
    arguments = models.TextField(_("arguments"), blank=True, help_text=_("One on each line."))
    authentication = models.CharField(_("sign-in"), max_length=10, choices=Authentication, default=Authentication.NONE)
    token_variable = models.CharField(
        _("variable of the token"),
        max_length=64,
        blank=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9_]*$", _("Use capital letters, digits and underscores."))],
        help_text=_("The environment variable in which a program reads the token."),
    )
    # Encrypted: `token` reads and sets it.
    stored_token = models.TextField(blank=True, editable=False)
    # How this site is known where people sign in. Encrypted: `client` reads and sets it.
    stored_client = models.TextField(blank=True, editable=False)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    created = models.DateTimeField(_("added"), auto_now_add=True)
    checked = models.DateTimeField(_("tools read"), null=True, editable=False)
    # Why its tools could not be read the last time; empty if they could.
    error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)

    objects = MCPServerQuerySet.as_manager()

    class Meta:
        verbose_name = _("MCP server")
        verbose_name_plural = _("MCP servers")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(transport="http") & ~Q(url="")) | (Q(transport="stdio") & ~Q(command="")),
                name="mcp_server_has_an_address",
            ),
            models.CheckConstraint(
                condition=~Q(authentication="oauth") | Q(transport="http"),
                name="mcp_server_with_oauth_has_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def token(self) -> str:
        """The token of the team, or an empty text. Raises SecretLost."""
        return decrypt(self.stored_token) if self.authentication == self.Authentication.BEARER else ""

    @token.setter
    def token(self, token: str) -> None:
        self.stored_token = encrypt(token)

    @property
    def target(self) -> tuple[str, ...]:
        """Where a token is sent: a change of it needs the token again."""
        return (self.transport, self.url, self.command, self.arguments, self.token_variable)

    @property
    def client(self) -> dict[str, Any]:
        """The client information (RFC 7591) of this site; empty if there is none, or it cannot be read any more.

        `is_entered`: a superuser has entered it; else this site has registered itself.
        """
        try:
            client: dict[str, Any] = json.loads(decrypt(self.stored_client) or "{}")
        except SecretLost:
            return {}
        return client

    @client.setter
    def client(self, client: dict[str, Any]) -> None:
        self.stored_client = encrypt(json.dumps(client)) if client else ""

    def argument_list(self) -> list[str]:
        return [line.strip() for line in self.arguments.splitlines() if line.strip()]
