"""Walking a conversation's tree of messages: pure functions over {message id: parent id}, oldest first."""

from collections.abc import Mapping
from uuid import UUID

Parents = Mapping[UUID, UUID | None]


def path_to(leaf: UUID | None, parents: Parents) -> list[UUID]:
    """The ids from the first question to `leaf`."""
    path: list[UUID] = []
    while leaf is not None:
        path.append(leaf)
        leaf = parents[leaf]
    return path[::-1]


def children_of(parents: Parents) -> dict[UUID | None, list[UUID]]:
    """The children of every message, oldest first: versions of one another. Those of None are the first questions."""
    children: dict[UUID | None, list[UUID]] = {}
    for message, parent in parents.items():
        children.setdefault(parent, []).append(message)
    return children


def newest_leaf(message: UUID, parents: Parents) -> UUID:
    """The leaf that is reached from `message` by always taking the newest child."""
    newest_child = {parent: child for child, parent in parents.items() if parent is not None}
    while message in newest_child:
        message = newest_child[message]
    return message


def shown_below(message: UUID, head: UUID | None, parents: Parents) -> list[UUID]:
    """The messages below `message`: in the branch that ends at `head` if it is part of that, else in its newest one."""
    path = path_to(head, parents)
    if message not in path:
        path = path_to(newest_leaf(message, parents), parents)
    return path[path.index(message) + 1 :]
