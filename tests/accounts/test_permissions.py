"""Permissions over other people's texts, which not even superusers have automatically, and who gives permissions."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission

from tests.accounts.test_admin import PEOPLE

READ_TRANSCRIPTS = "conversations.read_transcripts"
GROUPS = "/admin/auth/group/"
READ_LABEL = "Conversations | conversation | Can read the conversations of other people"


def permission(codename="read_transcripts"):
    return Permission.objects.get(codename=codename)


def create_group(*codenames):
    group = Group.objects.create(name="helpers")
    group.permissions.set(map(permission, codenames))
    return group


def save_group(client, group, *codenames):
    form = {"name": "helpers", "permissions": [permission(codename).pk for codename in codenames]}
    return client.post(f"{GROUPS}{group.pk}/change/" if group else f"{GROUPS}add/", form)


def permissions_of(group):
    return set(group.permissions.values_list("codename", flat=True))


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


def test_the_history_says_that_carol_gave_it_to_herself(client, carol):
    client.force_login(carol)
    form = {"email": carol.email, "first_name": "Carol", "last_name": "", "user_permissions": [permission().pk]}
    client.post(f"{PEOPLE}{carol.pk}/change/", form)
    assert "given: Conversations | conversation | Can read the conversations of other people" in change_messages(carol)
    client.post(f"{PEOPLE}{carol.pk}/change/", form | {"user_permissions": []})
    assert "taken: Conversations | conversation | Can read the conversations of other people" in change_messages(carol)


@pytest.mark.parametrize("path", [f"{GROUPS}add/", "person"])
def test_permissions_are_listed_in_the_language_of_the_reader(client, carol, path, django_assert_max_num_queries):
    client.force_login(carol)
    path = f"{PEOPLE}{carol.pk}/change/" if path == "person" else path
    english = list_labels(client.get(path))
    assert {"Conversations | message | Can view message", READ_LABEL} <= english
    with django_assert_max_num_queries(30):
        german = list_labels(client.get(path, headers={"Accept-Language": "de"}))
    assert "Unterhaltungen | Nachricht | Darf ansehen: Nachricht" in german
    assert "Unterhaltungen | Unterhaltung | Darf die Unterhaltungen anderer lesen" in german
    assert not any("Can " in label for label in german)
    assert permission().name == "Can read the conversations of other people"


def list_labels(page):
    """The permissions that a form offers."""
    form = page.context["adminform"].form
    [field] = [field for name, field in form.fields.items() if name.endswith("permissions")]
    return {label for _value, label in field.choices}


def change_messages(person):
    entries = LogEntry.objects.filter(object_id=person.pk, content_type__model="user")
    return " ".join(entry.get_change_message() for entry in entries)


# Groups


@pytest.fixture
def bobs_client(client, staff):
    """Bob is staff and may change groups, see people and read transcripts, but is no superuser."""
    names = ("add_group", "change_group", "delete_group", "view_group", "view_user", "read_transcripts")
    client.force_login(staff(*names))
    return client


@pytest.mark.parametrize("codename", ["change_user", "view_conversation", "read_transcripts"])
def test_bob_gives_a_group_only_what_he_has_and_never_transcripts(bobs_client, codename):
    group = create_group("view_user")
    assert save_group(bobs_client, group, "view_user", codename).status_code == 200
    assert permissions_of(group) == {"view_user"}


@pytest.mark.parametrize("codename", ["change_user", "read_transcripts"])
def test_bob_adds_no_group_with_more_than_he_has(bobs_client, codename):
    assert save_group(bobs_client, None, codename).status_code == 200
    assert not Group.objects.exists()


def test_the_form_offers_bob_only_what_he_can_give(bobs_client):
    page = bobs_client.get(f"{GROUPS}add/").text
    assert "Can view person" in page
    assert "Can change person" not in page
    assert "Can read the conversations of other people" not in page


def test_bob_gives_and_takes_what_he_has(bobs_client):
    group = create_group("view_user")
    assert save_group(bobs_client, group, "view_group").status_code == 302
    assert permissions_of(group) == {"view_group"}


def test_what_bob_has_from_a_group_he_can_give_as_well(bobs_client, bob):
    auditors = Group.objects.create(name="auditors")
    auditors.permissions.add(permission("view_usage"))
    bob.groups.add(auditors)
    group = create_group()
    assert save_group(bobs_client, group, "view_usage").status_code == 302
    assert permissions_of(group) == {"view_usage"}


@pytest.mark.parametrize("codename", ["change_user", "read_transcripts"])
def test_bob_can_neither_change_nor_delete_a_group_with_more_than_he_has(bobs_client, codename):
    group = create_group("view_user", codename)
    assert save_group(bobs_client, group, "view_user").status_code == 403
    assert bobs_client.post(f"{GROUPS}{group.pk}/delete/", {"post": "yes"}).status_code == 403
    form = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
    assert bobs_client.post(GROUPS, form).status_code == 403
    assert permissions_of(group) == {"view_user", codename}


def test_carol_gives_a_group_any_permission(client, carol):
    client.force_login(carol)
    group = create_group()
    assert save_group(client, group, "read_transcripts", "change_user").status_code == 302
    assert permissions_of(group) == {"read_transcripts", "change_user"}


def test_bob_puts_nobody_into_a_group(client, staff, alice):
    bob = staff("view_user", "change_user", "view_group", "change_group")
    client.force_login(bob)
    group = create_group("view_user")
    for person in (alice, bob):
        form = {"email": person.email, "is_active": 1, "groups": [group.pk], "user_permissions": [permission().pk]}
        client.post(f"{PEOPLE}{person.pk}/change/", form)
    assert not group.user_set.exists()
    assert not permission().user_set.exists()


@pytest.mark.parametrize("lookup", ["permissions=1", "id__in=1", "user__password__startswith=m", "user__id=1"])
def test_the_address_of_the_list_of_groups_reveals_nothing(client, carol, lookup):
    client.force_login(carol)
    assert client.get(f"{GROUPS}?{lookup}").status_code == 400
