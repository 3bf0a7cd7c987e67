"""Permissions over other people's texts, which not even superusers have automatically."""

from django.contrib.auth.models import Group, Permission

READ_TRANSCRIPTS = "conversations.read_transcripts"


def permission():
    return Permission.objects.get(codename="read_transcripts")


def test_a_superuser_does_not_have_the_permission_explicitly(carol):
    assert carol.has_perm(READ_TRANSCRIPTS)
    assert not carol.has_explicit_permission(READ_TRANSCRIPTS)


def test_a_superuser_has_it_after_it_was_given(carol):
    carol.user_permissions.add(permission())
    assert carol.has_explicit_permission(READ_TRANSCRIPTS)


def test_a_permission_may_come_from_a_group(alice):
    auditors = Group.objects.create(name="auditors")
    auditors.permissions.add(permission())
    alice.groups.add(auditors)
    assert alice.has_explicit_permission(READ_TRANSCRIPTS)
