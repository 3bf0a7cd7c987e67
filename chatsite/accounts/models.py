"""People and their API tokens: a User signs in by e-mail address; an ApiToken lets a program act for one person."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, Permission, UserManager
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.addresses import validate_address

#: The address of an account that nobody can use, which keeps what deleted people did in the admin. It gets no mail: the
#: domain cannot exist (https://www.rfc-editor.org/rfc/rfc2606).
NOBODY = "deleted@accounts.invalid"

#: Sent inside the transaction that takes away a person's access. Arguments: `user`.
user_deactivated = Signal()


class LastSuperuser(Exception):
    """The person is the only one who can give privileges to others."""


class UserQuerySet(models.QuerySet["User"]):
    def update(self, **fields: Any) -> int:
        """Raises TypeError for a deactivation: only `User.save` also ends sessions, tokens and replies."""
        if not fields.get("is_active", True):
            raise TypeError("Deactivate people one by one, with save().")
        return super().update(**fields)


class EmailUserManager(UserManager["User"]):
    """Creates people by e-mail address; Django's own manager requires a user name."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def active_superusers(self) -> UserQuerySet:
        return self.get_queryset().filter(is_active=True, is_superuser=True)

    def awaiting_deletion(self) -> UserQuerySet:
        """People who have deleted their account, and of whom something is still stored."""
        return self.get_queryset().filter(deletion_requested_at__isnull=False)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """A person. The e-mail address is the login and is stored in lower case."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True, validators=[validate_address])
    # Empty: that of the browser. Here and not with the other preferences, since every request reads the person anyway.
    language = models.CharField(_("language"), max_length=10, blank=True, editable=False)
    sessions_revoked_at = models.DateTimeField(
        _("signed out everywhere"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Sessions that began before this moment have ended."),
    )
    deletion_requested_at = models.DateTimeField(
        _("deleted by its owner"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("All that is stored of this person is being deleted since this moment."),
    )

    #: Set before a new password is saved, this keeps the person's API tokens.
    keeps_tokens = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[EmailUserManager] = EmailUserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        """The name that the pages show: the full name, or the local part of the address."""
        return self.get_full_name() or self.email.partition("@")[0]

    @property
    def is_in_use(self) -> bool:
        """Whether its owner has taken over the account. Until then it holds nothing, and staff may see its links."""
        return self.has_usable_password() or self.last_login is not None

    def has_explicit_permission(self, permission: str) -> bool:
        """Whether a permission ("app.codename") is granted to this person or one of their groups.

        Unlike `has_perm`, being a superuser does not count.
        """
        app, _dot, codename = permission.partition(".")
        granted = Permission.objects.filter(content_type__app_label=app, codename=codename)
        return self.is_active and granted.filter(models.Q(user=self) | models.Q(group__user=self)).exists()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the person; an account that becomes inactive loses sessions, tokens and running replies at once.

        A new password ends the API tokens, unless `keeps_tokens` is set: somebody who knew the old one may have made
        them.
        """
        self.email = self.email.lower()
        with transaction.atomic():
            fields = kwargs.get("update_fields")
            # Django's mark of a new password; storing the same one with a newer hash does not set it.
            if self.pk and self._password is not None and not self.keeps_tokens:  # type: ignore[attr-defined]
                self.tokens.all().delete()
            if (fields is None or "is_active" in fields) and self._is_being_deactivated():
                self.sessions_revoked_at = timezone.now()
                self.tokens.all().delete()
                user_deactivated.send(sender=User, user=self)
                if fields is not None:
                    kwargs["update_fields"] = {*fields, "sessions_revoked_at"}
            super().save(*args, **kwargs)

    def request_deletion(self) -> None:
        """Deactivate the account and mark it: a process of the site deletes all of it soon. Raises LastSuperuser."""
        with transaction.atomic():
            # Locked: of two superusers who do this at the same time, one stays.
            superusers = User.objects.active_superusers().select_for_update(no_key=True).order_by("pk")
            if self.is_superuser and [user.pk for user in superusers] == [self.pk]:
                raise LastSuperuser
            self.is_active, self.deletion_requested_at = False, timezone.now()
            self.save(update_fields=["is_active", "deletion_requested_at"])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the person with their sessions and the log of the admin about them.

        What they did in the admin with other accounts and settings stays in its log, as done by NOBODY.
        """
        with transaction.atomic():
            keys = self.usersession_set.values("session_key")  # type: ignore[attr-defined]
            Session.objects.filter(session_key__in=keys).delete()
            self.log_entries().delete()
            if self.logentry_set.exists():
                unusable = {"is_active": False, "password": make_password(None)}
                nobody, _is_new = User.objects.get_or_create(email=NOBODY, defaults=unusable)
                self.logentry_set.update(user=nobody)
            return super().delete(*args, **kwargs)

    def log_entries(self) -> models.QuerySet[LogEntry]:
        """The entries of the admin's log about this person."""
        options = self._meta
        about_people = LogEntry.objects.filter(
            content_type__app_label=options.app_label, content_type__model=options.model_name
        )
        return about_people.filter(object_id=str(self.pk))

    def _is_being_deactivated(self) -> bool:
        if not self.pk or self.is_active:
            return False
        # Asking a question takes the same lock: a question asked at this moment is either seen here or refused.
        return User.objects.select_for_update(no_key=True).filter(pk=self.pk, is_active=True).first() is not None

    # Django compares the next two with the hash in a session: a new `sessions_revoked_at` ends every session.

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}{self._revocation_stamp()}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for session_hash in super().get_session_auth_fallback_hash():
            yield f"{session_hash}{self._revocation_stamp()}"

    def _revocation_stamp(self) -> str:
        return str(self.sessions_revoked_at.timestamp()) if self.sessions_revoked_at else ""


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(user=user)


class ApiToken(models.Model):
    """A personal token for `POST /api/chat`: shown once, stored as a hash, revoked by deleting it."""

    #: `last_used` is updated at most this often, so that most requests need no write.
    LAST_USED_PRECISION = timedelta(minutes=1)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    may_act = models.BooleanField(_("approves calls of tools"), default=False, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: User, name: str, *, may_act: bool = False) -> tuple["ApiToken", str]:
        """Create a token and return it with its secret, which cannot be read again later."""
        secret = f"chat_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, digest=hash_secret(secret), may_act=may_act), secret

    @classmethod
    def authenticate(cls, secret: str) -> "ApiToken | None":
        """The token with this secret if its person is active, or None. Records that the token was used."""
        tokens = cls.objects.select_related("user")
        token = tokens.filter(digest=hash_secret(secret), user__is_active=True).first()
        if token is None:
            return None
        now = timezone.now()
        if token.last_used is None or now - token.last_used > cls.LAST_USED_PRECISION:
            cls.objects.filter(pk=token.pk).update(last_used=now)
        return token


def hash_secret(secret: str) -> str:
    # The secret has 256 random bits, so a plain hash cannot be reversed; a slow hash would only cost time.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
