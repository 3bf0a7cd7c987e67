"""The people: a User signs in with an e-mail address; an ApiToken lets a program act for one person."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, Permission, UserManager
from django.db import connection, models, transaction
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatsite.prepared import Select, parameters

#: Sent inside the transaction that takes away a person's access. Arguments: `user`.
deactivated = Signal()


class PeopleQuerySet(models.QuerySet["User"]):
    def update(self, **fields: Any) -> int:
        """Refuses to deactivate: only `User.save` also ends sessions, tokens and replies."""
        if not fields.get("is_active", True):
            raise TypeError("Deactivate people one by one, with save().")
        return super().update(**fields)


class PeopleManager(UserManager["User"]):
    """Creates people by e-mail address, where Django's own manager asks for a user name."""

    def get_queryset(self) -> PeopleQuerySet:
        return PeopleQuerySet(self.model, using=self._db)

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
    email = models.EmailField(_("e-mail address"), unique=True)
    signed_out = models.DateTimeField(
        _("signed out everywhere"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Sessions that began before this moment have ended for good."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PeopleManager] = PeopleManager()

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
        """What the person is called in the page."""
        return self.get_full_name() or self.email.partition("@")[0]

    def was_given(self, permission: str) -> bool:
        """Whether a permission ("app.codename") was given to this person or their group; a superuser's "all" is not."""
        app, _dot, codename = permission.partition(".")
        given = Permission.objects.filter(content_type__app_label=app, codename=codename)
        return self.is_active and given.filter(models.Q(user=self) | models.Q(group__user=self)).exists()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the address in lower case; an account that is no longer active loses its access at once."""
        self.email = self.email.lower()
        with transaction.atomic():
            fields = kwargs.get("update_fields")
            if self._loses_access() and (fields is None or "is_active" in fields):
                self.signed_out = timezone.now()
                self.tokens.all().delete()
                deactivated.send(sender=User, user=self)
                if fields is not None:
                    kwargs["update_fields"] = {*fields, "signed_out"}
            super().save(*args, **kwargs)

    def _loses_access(self) -> bool:
        if not self.pk or self.is_active:
            return False
        # The lock that asking takes: who asks at this moment is seen here, or sees that the account is closed.
        return User.objects.select_for_update().filter(pk=self.pk, is_active=True).first() is not None

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        # Django compares this with what the session holds: changing `signed_out` ends every session.
        sessions = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{sessions}{self.signed_out.timestamp()}" if self.signed_out else str(sessions)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(user=user)


class ApiToken(models.Model):
    """A personal token for `POST /api/chat`: shown once, stored as a hash, revoked by deleting it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
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
    def issue(cls, user: User, name: str) -> tuple["ApiToken", str]:
        """Make a token; the secret is returned here and can never be read again."""
        secret = f"chat_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, digest=digest_of(secret)), secret

    @classmethod
    def user_of(cls, secret: str) -> User | None:
        """The active person that a token speaks for, or None."""
        for token, last_used, *person in _HOLDER.rows(digest=digest_of(secret)):
            # A minute is precise enough for its owner, and spares most requests a write.
            if last_used is None or timezone.now() - last_used > timedelta(minutes=1):
                cls.objects.filter(pk=token).update(last_used=timezone.now())
            return User.from_db(connection.alias, _columns(), person)
        return None


def _columns() -> list[str]:
    return [field.attname for field in User._meta.concrete_fields]


_HOLDER = Select(
    lambda: (
        ApiToken.objects.filter(user__is_active=True, **parameters(ApiToken, "digest"))
        .order_by()
        .values_list("pk", "last_used", *(f"user__{name}" for name in _columns()))
    )
)


def digest_of(secret: str) -> str:
    # The secret has 256 random bits: a plain hash cannot be guessed back, a slow one would only cost time.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
