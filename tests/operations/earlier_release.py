"""Fills an empty database as the release before content blocks left it; run by `manage.py shell`."""

SCRIPT = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

nodes = [("conversations", "0005_search_in_texts"), ("accounts", "0002_cache_table")]
for app, migration in nodes:
    call_command("migrate", app, migration, verbosity=0)
call_command("migrate", "sessions", verbosity=0)
apps = MigrationExecutor(connection).loader.project_state(nodes).apps
User = apps.get_model("accounts", "User")
Conversation = apps.get_model("conversations", "Conversation")
Message = apps.get_model("conversations", "Message")
Usage = apps.get_model("conversations", "Usage")
now = timezone.now()
alice = User.objects.create(email="alice@example.com", password="!", is_active=True, date_joined=now)


def add_conversation(title, *turns):
    conversation = Conversation.objects.create(owner=alice, title=title)
    parent = None
    for fields in turns:
        parent = Message.objects.create(conversation=conversation, parent=parent, **fields)
    conversation.head = parent
    conversation.save()
    return conversation


def question(text):
    return {"role": "user", "text": text, "finished": now}


def answer(text, state="complete", ending="finished", blocks=(), **fields):
    common = {"role": "assistant", "model": "claude-sonnet-5-5", "system": "Be brief.", "finished": now}
    return common | {"text": text, "state": state, "ending": ending, "blocks": list(blocks)} | fields
"""

CONVERSATIONS = """
thinking = {"type": "thinking", "thinking": "Hm.", "signature": ""}
text = {"type": "text", "text": "Because of air."}
sky = add_conversation("The sky", question("Why is it blue?"), answer("Because of air.", blocks=[thinking, text]))
call = {"model": "claude-sonnet-5-5", "state": "complete", "cost": 42}
Usage.objects.create(user=alice, conversation=sky, message=sky.head, **call)
add_conversation("Lost", question('Say "hi" \\\\ bye'), answer("Half of", "interrupted", "lost"))
cut = [{"type": "text", "text": "One two"}]
add_conversation("Stopped", question("Go on"), answer("One two", "stopped", "stopped", cut))
add_conversation("Failed", question("Again?"), answer("", "failed", "failed", error_code="overloaded"))
add_conversation("Killed", question("Still there?"), answer("I was", "writing", "", runner="gone", heartbeat=now))
binned = add_conversation("Binned", question("Forget me"), answer("Done."))
binned.deleted = now
binned.save()
"""

HUNDRED_THOUSAND = """
conversation = Conversation.objects.create(owner=alice, title="Long")
for batch in range(20):
    Message.objects.bulk_create(
        Message(conversation=conversation, role="user", text=f"Question {batch * 5_000 + number}", finished=now)
        for number in range(5_000)
    )
"""

SIGN_IN = """
from django.test import Client
from chatsite.accounts.models import User
client = Client()
client.force_login(User.objects.get())
print(client.cookies["session"].value)
"""
