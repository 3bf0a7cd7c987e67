"""What people have allowed this site to do for them at MCP servers (OAuth), and sign-ins that are not finished."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.encryption import decrypt, encrypt
from conversations.models.mcp_server import MCPServer

#: How long a sign-in at a server may take.
AUTHORIZATION_TIME = timedelta(minutes=10)
#: How long a process has to refresh tokens before another one may: more than the requests (15 s) and, on SQLite, the
#: wait for other writers (20 s) can take together.
REFRESH_TIME = timedelta(seconds=40)


class MCPAuthorization(models.Model):
    """A sign-in that has begun: it ends with a request from the same session that has its `state`, once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    server = models.ForeignKey(MCPServer, on_delete=models.CASCADE, related_name="authorizations")
    # Digests: who reads the database cannot finish it.
    state = models.CharField(max_length=64, unique=True)
    session = models.CharField(max_length=64)
    # Encrypted.
    stored_grant = models.TextField()
    stored_verifier = models.TextField()
    created = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("sign-in that has begun")
        verbose_name_plural = _("sign-ins that have begun")

    def __str__(self) -> str:
        return f"{self.user}, {self.server}"

    @classmethod
    def begin(cls, user: User, server: MCPServer, session: str, state: str, grant: str, verifier: str) -> None:
        """Store a sign-in of a session; forget those that were not finished in time."""
        cls.objects.filter(created__lte=Now() - AUTHORIZATION_TIME).delete()
        cls.objects.create(
            user=user,
            server=server,
            state=digest_state(state),
            session=digest_session(session),
            stored_grant=encrypt(grant),
            stored_verifier=encrypt(verifier),
        )

    @classmethod
    def take(cls, user: User, session: str, state: str) -> "MCPAuthorization | None":
        """The sign-in of this session with this state, which is gone afterwards; None if there is none any more."""
        own = cls.objects.filter(user=user, session=digest_session(session), state=digest_state(state))
        allowed = own.filter(
            created__gt=Now() - AUTHORIZATION_TIME, server__in=MCPServer.objects.connectable_by(user)
        ).select_related("server")
        authorization = allowed.first()
        # Of two requests at once, one deletes it.
        return authorization if authorization and own.delete()[0] else None

    @property
    def grant(self) -> str:
        """The stored grant. Raises SecretLost."""
        return decrypt(self.stored_grant)

    @property
    def verifier(self) -> str:
        """The code verifier (RFC 7636). Raises SecretLost."""
        return decrypt(self.stored_verifier)


def digest_state(state: str) -> str:
    return sha256(state.encode()).hexdigest()


def digest_session(key: str) -> str:
    return salted_hmac("conversations.models.mcp_connection", key, algorithm="sha256").hexdigest()


class MCPConnectionQuerySet(models.QuerySet["MCPConnection"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(user=user)

    def current(self) -> Self:
        """Those that were made at the address that the server has now. Tokens are never sent to another one."""
        return self.filter(url=F("server__url"))

    def usable(self) -> Self:
        return self.current().filter(ended=None)


class MCPConnection(models.Model):
    """The tokens of one person at one server. No two processes refresh them at once (`claim_refresh`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mcp_connections")
    server = models.ForeignKey(MCPServer, on_delete=models.CASCADE, related_name="connections")
    #: The address of the server for which the tokens are.
    url = models.CharField(max_length=500)
    scope = models.TextField(blank=True)
    expires = models.DateTimeField(null=True)
    created = models.DateTimeField(default=timezone.now)
    #: When the server did not accept the tokens any more: the person must sign in again.
    ended = models.DateTimeField(null=True)
    refreshing_until = models.DateTimeField(null=True)
    # Encrypted.
    stored_grant = models.TextField()
    stored_access_token = models.TextField(blank=True)
    stored_refresh_token = models.TextField(blank=True)

    objects = MCPConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(fields=["user", "server"], name="one_connection_of_a_person_to_a_server")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.server}"

    @property
    def grant(self) -> str:
        """The stored grant. Raises SecretLost."""
        return decrypt(self.stored_grant)

    @property
    def access_token(self) -> str:
        """Raises SecretLost."""
        return decrypt(self.stored_access_token)

    @property
    def refresh_token(self) -> str:
        """Empty if the server gave none. Raises SecretLost."""
        return decrypt(self.stored_refresh_token)

    @property
    def needs_refresh(self) -> bool:
        """Whether the access token must be refreshed before it is used."""
        return self.expires is not None and self.expires <= timezone.now()

    @classmethod
    def store(
        cls, authorization: MCPAuthorization, access: str, refresh: str, scope: str, expires: datetime | None
    ) -> None:
        """Store the tokens with which a sign-in has ended, in place of earlier ones."""
        server = authorization.server
        cls.objects.update_or_create(
            user=authorization.user,
            server=server,
            defaults={
                "url": server.url,
                "scope": scope,
                "expires": expires,
                "created": timezone.now(),
                "ended": None,
                "refreshing_until": None,
                "stored_grant": authorization.stored_grant,
                "stored_access_token": encrypt(access),
                "stored_refresh_token": encrypt(refresh),
            },
        )

    @staticmethod
    def missing(user: User, servers: Iterable[int]) -> list[MCPServer]:
        """Those of these servers (their keys) at which this person must sign in first."""
        signed_in = MCPConnection.objects.owned_by(user).usable()
        by_person = MCPServer.objects.filter(pk__in=servers, authentication=MCPServer.Authentication.OAUTH)
        return list(by_person.exclude(pk__in=signed_in.values("server")))

    def unchanged(self) -> MCPConnectionQuerySet:
        """This row, as long as its tokens are those that were read: each encryption gives another text."""
        return MCPConnection.objects.filter(pk=self.pk, stored_access_token=self.stored_access_token)

    def claim_refresh(self) -> bool:
        """Whether the caller may refresh the tokens: it alone, until REFRESH_TIME is over. One UPDATE decides."""
        free = Q(refreshing_until=None) | Q(refreshing_until__lt=Now())
        return bool(self.unchanged().filter(free, ended=None).update(refreshing_until=Now() + REFRESH_TIME))

    def release(self) -> None:
        """Let others refresh the tokens, after a failure that may pass."""
        self.unchanged().update(refreshing_until=None)

    def renew(self, access: str, refresh: str, scope: str, expires: datetime | None) -> None:
        """Store new tokens, unless the person has signed in again or has left meanwhile."""
        self.unchanged().update(
            # With the newest key.
            stored_grant=encrypt(self.grant),
            stored_access_token=encrypt(access),
            stored_refresh_token=encrypt(refresh),
            scope=scope,
            expires=expires,
            refreshing_until=None,
        )

    def end(self) -> None:
        """Note that the person must sign in again, and forget the tokens, which are worth nothing any more."""
        self.unchanged().update(
            ended=timezone.now(), refreshing_until=None, stored_access_token="", stored_refresh_token=""
        )
