"""What a stream was opened with, a session or an API token, and whether that has ended meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.utils import timezone

from chatsite.accounts.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class Access:
    """A session, or a token if `token_id` is set. The password and the revocation are those of when it was used."""

    user_id: int
    session_key: str | None = None
    token_id: int | None = None
    password_hash: str = field(default="", repr=False)
    sessions_revoked_at: datetime | None = None
    #: Whether calls of tools that change something are approved beforehand.
    may_act: bool = False

    @classmethod
    def by_session(cls, user: User, session: SessionBase) -> Self:
        return cls(
            user.pk,
            session_key=session.session_key,
            password_hash=user.password,
            sessions_revoked_at=user.sessions_revoked_at,
        )

    @classmethod
    def by_token(cls, token: ApiToken) -> Self:
        return cls(token.user_id, token_id=token.pk, may_act=token.may_act)


def find_ended(accesses: Collection[Access]) -> set[Access]:
    """The sessions and tokens that are not accepted any more: at most three queries, however many there are.

    Those of a deactivated person are left out: their replies end by themselves, and say why.
    """
    tokens = set(ApiToken.objects.filter(pk__in={access.token_id for access in accesses}).values_list("pk", flat=True))
    sessions = set(
        Session.objects.filter(
            session_key__in={access.session_key for access in accesses}, expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    # Read last: a person whose token was deleted by the deactivation is inactive here.
    active_users = User.objects.filter(pk__in={access.user_id for access in accesses}, is_active=True)
    stamps = {pk: stamp for pk, *stamp in active_users.values_list("pk", "password", "sessions_revoked_at")}

    def is_valid(access: Access) -> bool:
        if access.token_id is not None:
            return access.token_id in tokens
        # As Django compares the hash in a session: any new password and any revocation ends it.
        is_unchanged = stamps[access.user_id] == [access.password_hash, access.sessions_revoked_at]
        return is_unchanged and access.session_key in sessions

    return {access for access in accesses if access.user_id in stamps and not is_valid(access)}
