"""Why a verb of a model may be refused; the views turn each into a sentence with its status."""


class Refused(Exception):
    """A wish that cannot be granted now."""


class Busy(Refused):
    """A reply of this conversation is being written."""


class TooManyRunning(Refused):
    """The person already has as many running replies as one person may have."""


class KeyReused(Refused):
    """The idempotency key was used for something else."""


class UnknownMessage(Refused):
    """The conversation has no such message, or not in the part that is asked for."""


class BudgetSpent(Refused):
    """This month's limit leaves no room for what the call may cost."""


class PriceUnknown(Refused):
    """There is a monthly limit, and nobody knows what this model costs."""
