"""People delete their own account, where the site allows it."""

from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command

from chatsite.accounts.changes import record_own_change
from chatsite.accounts.models import NOBODY, ApiToken, User
from conversations.models import (
    AccessRecord,
    Attachment,
    Conversation,
    IdempotencyKey,
    Message,
    Preferences,
    SearchEntry,
    StoredFile,
    Summary,
    Usage,
)
from tests.conftest import PASSWORD
from tests.history import ask, begin, create_conversation, create_file, create_usage, finish_answer, retry

ADDRESS = "/settings/delete/"


@pytest.fixture(autouse=True)
def _allowed(settings, db):
    settings.ALLOW_ACCOUNT_DELETION = True
    cache.clear()


@pytest.fixture
def delete(client):
    """Has a person delete their account; returns the response."""

    def delete_account(person, password=PASSWORD, **options):
        client.force_login(person)
        return client.post(ADDRESS, {"password": password}, **options)

    return delete_account


def purge() -> str:
    output = StringIO()
    call_command("purge", stdout=output)
    return output.getvalue()


def record_change(by, about) -> None:
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(about.pk),
        object_repr=str(about),
        action_flag=CHANGE,
        change_message="Deactivated the account.",
    )


# The page


def test_the_page_says_what_goes_and_what_stays_and_offers_the_data_first(client, alice):
    client.force_login(alice)
    page = client.get(ADDRESS).text
    for sentence in (
        "What is deleted",
        "What stays",
        "Backups, until they are replaced",
        "/settings/data/chatsite.zip",
    ):
        assert sentence in page
    assert "What you changed in the administration" not in page
    assert ADDRESS in client.get("/settings/preferences/").text


def test_without_the_setting_there_is_no_such_page_and_no_link_to_it(client, alice, delete, settings):
    settings.ALLOW_ACCOUNT_DELETION = False
    assert delete(alice).status_code == 404
    assert client.get(ADDRESS).status_code == 404
    assert ADDRESS not in client.get("/settings/preferences/").text
    assert User.objects.get().is_active


def test_one_who_has_no_password_sets_one_first(client, alice):
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    assert client.get(ADDRESS).headers["location"] == "/accounts/password/set/"


# Refusals


@pytest.mark.parametrize(
    ("password", "sentence"), [("wrong", "The password is not correct."), ("", "This field is required.")]
)
def test_without_the_password_nothing_happens(delete, alice, password, sentence):
    response = delete(alice, password)
    assert (response.status_code, "Clear-Site-Data" in response.headers) == (400, False)
    assert sentence in response.text
    assert User.objects.get().is_active


def test_guesses_of_the_password_are_limited(delete, alice):
    assert [delete(alice, "guess").status_code for _ in range(6)] == [400] * 5 + [429]
    assert delete(alice).status_code == 429
    assert User.objects.get().is_active


def test_the_only_administrator_is_refused_with_a_sentence(delete, carol):
    User.objects.create_superuser("inactive@example.com", is_active=False)
    response = delete(carol)
    assert response.status_code == 409
    assert "You are the only administrator." in response.text
    carol.refresh_from_db()
    assert carol.is_active


def test_one_of_two_administrators_may_go(delete, carol):
    User.objects.create_superuser("dave@example.com")
    assert delete(carol).status_code == 303


# At once


def test_alice_is_signed_out_everywhere_and_her_tokens_end(client, delete, alice):
    ApiToken.issue(alice, "script")
    other_browser = type(client)()
    other_browser.force_login(alice)
    response = delete(alice)

    assert response.headers["location"] == "/accounts/deleted/"
    assert "storage" in response.headers["Clear-Site-Data"]
    assert "Your account is deleted" in client.get("/accounts/deleted/").text
    for browser in (client, other_browser):
        assert browser.get("/").headers["location"].startswith("/accounts/login/")
    assert not ApiToken.objects.exists()
    assert not client.login(email=alice.email, password=PASSWORD)


def test_an_e_mail_says_so(delete, alice, mailoutbox):
    delete(alice)
    [message] = mailoutbox
    assert (message.to, message.subject) == (["alice@example.com"], "Your account at Chatsite is deleted")
    assert "as you asked with your password" in message.body


def test_no_e_mail_is_made_where_none_is_delivered(delete, alice, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    delete(alice)
    assert "alice@example.com" not in capsys.readouterr().out


# What is deleted


def test_nothing_of_alice_is_left_and_all_of_bob_is(delete, alice, bob):
    for person in (alice, bob):
        conversation = create_conversation(person, "One.", "Two.")
        finish_answer(retry(conversation.head, key="k"))
        create_conversation(person).bin()
        create_conversation(person).set_archived(True)
        Preferences.change(person, theme="dark")
    record_own_change(alice, "Changed the e-mail address from a@example.com to alice@example.com.")
    entries = SearchEntry.objects.filter(conversation__owner=bob).count()
    delete(alice)
    assert "        1  accounts deleted by their owners" in purge()

    assert list(User.objects.all()) == [bob]
    assert set(Conversation.objects.values_list("owner", flat=True)) == {bob.pk}
    assert Conversation.objects.count() == 3
    assert Message.objects.count() == 9
    assert SearchEntry.objects.count() == entries
    assert [key.user for key in IdempotencyKey.objects.all()] == [bob]
    assert Preferences.objects.get().user == bob
    assert not LogEntry.objects.exists()


def test_the_sessions_of_alice_are_deleted_with_what_they_hold(client, delete, alice):
    client.force_login(alice)
    client.get("/settings/sessions/")
    other_browser = type(client)()
    other_browser.force_login(alice)
    other_browser.get("/settings/sessions/")
    delete(alice)
    purge()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_a_dry_run_counts_the_account_and_deletes_nothing(delete, alice):
    delete(alice)
    output = StringIO()
    call_command("purge", "--dry-run", stdout=output)
    assert "        1  accounts deleted by their owners" in output.getvalue()
    assert User.objects.exists()


def test_a_conversation_in_which_a_reply_is_written_and_the_account_wait_for_its_end(delete, alice):
    create_conversation(alice)
    conversation = begin(alice).conversation
    delete(alice)
    assert "        0  accounts deleted by their owners" in purge()
    assert list(Conversation.objects.all()) == [conversation]
    assert Message.objects.writing().get().stop_requested == "deactivated"

    finish_answer(Message.objects.writing().get())
    purge()
    assert not User.objects.exists()


def test_a_reply_of_alice_that_waits_does_not_keep_the_account_of_bob(client, delete, alice, bob):
    ask(create_conversation(alice), "Wait.")
    for person in (alice, bob):
        delete(person)
    purge()
    assert list(User.objects.all()) == [alice]


def test_an_account_is_free_for_the_same_address_again(delete, alice):
    delete(alice)
    purge()
    User.objects.create_user("alice@example.com")


# What stays


def test_usage_stays_without_the_person(delete, alice):
    conversation = create_conversation(alice)
    create_usage(alice, conversation=conversation, message=conversation.head, cost=7)
    delete(alice)
    purge()
    usage = Usage.objects.get()
    assert (usage.user, usage.conversation, usage.message, usage.cost) == (None, None, None, 7)


def test_who_read_her_conversations_stays_on_record(client, delete, alice, carol):
    conversation = create_conversation(alice)
    AccessRecord.record(AccessRecord.Kind.OPENED, carol, conversation, "Asked to by Alice.")
    delete(alice)
    purge()
    record = AccessRecord.objects.get()
    assert (record.owner_id, record.conversation_id) == (alice.pk, conversation.pk)
    client.force_login(carol)
    assert "a deleted user" in client.get("/admin/conversations/accessrecord/").text


def test_what_an_administrator_did_to_others_stays_without_the_name(client, delete, alice, carol):
    User.objects.create_superuser("dave@example.com")
    record_change(by=carol, about=alice)
    delete(carol)
    purge()
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.email, entry.user.is_active) == (str(alice.pk), NOBODY, False)
    assert not entry.user.has_usable_password()
    client.force_login(alice)
    assert "Deactivated the account." in client.get("/settings/changes/").text


def test_files_and_summaries_go_with_the_account(delete, alice, django_capture_on_commit_callbacks):
    sent, unsent = create_file(alice), create_file(alice, "unsent.txt", b"Never sent.", kind="image")
    answer = finish_answer(begin(alice, "What is in it?", attachments=(sent.pk,)))
    Summary.store(answer.pk, model="m", content=[], text="A file.")
    contents = list(StoredFile.objects.all())
    assert unsent.thumbnail in contents
    with django_capture_on_commit_callbacks(execute=True):
        delete(alice)
        purge()

    assert not User.objects.filter(pk=alice.pk).exists()
    assert [model.objects.count() for model in (Attachment, StoredFile, Summary)] == [0, 0, 0]
    assert not any(stored.exists() for stored in contents)
