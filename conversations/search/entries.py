"""SQL that both databases understand: which texts have an entry in the index of the search.

An answer gets its entry when it ends. While it is being written the search reads its text, so that no checkpoint has to
change the index.
"""

#: Its name, table, event and condition, and the statements that follow.
Trigger = tuple[str, str, str, str, list[str]]

COLUMNS = "conversation_id, message_id, created, model, has_code"

#: `{condition}` selects among the messages `message` of the conversations `conversation`.
INSERT_MESSAGES = f"""
INSERT INTO conversations_searchentry ({COLUMNS})
SELECT message.conversation_id, message.id, message.created, message.model, message.text LIKE '%```%'
FROM conversations_message AS message
JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id
WHERE message.state <> 'writing' AND message.text <> '' AND {{condition}}
"""  # noqa: S608 (constants)
INSERT_TITLES = f"""
INSERT INTO conversations_searchentry ({COLUMNS})
SELECT conversation.id, NULL, conversation.created, '', FALSE
FROM conversations_conversation AS conversation
WHERE conversation.title <> '' AND {{condition}}
"""  # noqa: S608 (constants)

#: What happens to the entries after an event.
TRIGGERS: list[Trigger] = [
    (
        "search_message_inserted",
        "conversations_message",
        "INSERT",
        "NEW.state <> 'writing'",
        [INSERT_MESSAGES.format(condition="message.id = NEW.id")],
    ),
    (
        "search_message_updated",
        "conversations_message",
        "UPDATE OF text, state, created",
        "NEW.state <> OLD.state OR (NEW.state <> 'writing' AND (NEW.text <> OLD.text OR NEW.created <> OLD.created))",
        [
            "DELETE FROM conversations_searchentry WHERE message_id = NEW.id",
            INSERT_MESSAGES.format(condition="message.id = NEW.id"),
        ],
    ),
    (
        "search_message_deleted",
        "conversations_message",
        "DELETE",
        "TRUE",
        ["DELETE FROM conversations_searchentry WHERE message_id = OLD.id"],
    ),
    (
        # The turns that a program sends are stored before their conversation.
        "search_conversation_inserted",
        "conversations_conversation",
        "INSERT",
        "TRUE",
        [
            INSERT_TITLES.format(condition="conversation.id = NEW.id"),
            INSERT_MESSAGES.format(condition="conversation.id = NEW.id"),
        ],
    ),
    (
        "search_conversation_renamed",
        "conversations_conversation",
        "UPDATE OF title",
        "NEW.title <> OLD.title",
        [
            "DELETE FROM conversations_searchentry WHERE conversation_id = NEW.id AND message_id IS NULL",
            INSERT_TITLES.format(condition="conversation.id = NEW.id"),
        ],
    ),
    (
        "search_conversation_deleted",
        "conversations_conversation",
        "DELETE",
        "TRUE",
        ["DELETE FROM conversations_searchentry WHERE conversation_id = OLD.id"],
    ),
]

#: The text of an entry that is being added to the index, and its owner.
TEXT = "coalesce((SELECT text FROM conversations_message WHERE id = NEW.message_id), conversation.title)"
