"""Why a model may refuse a request; views turn each into a status and a sentence."""


class Refused(Exception):
    """A request that cannot be met now."""


class Busy(Refused):
    """The conversation has an open answer."""


class HeadMoved(Refused):
    """The conversation has messages that the person had not seen when they asked."""


class TooManyRunning(Refused):
    """The person has as many running replies as one person may have."""


class TooManyTurns(Refused):
    """The person has sent as many earlier turns within a minute as one person may."""


class KeyReused(Refused):
    """The idempotency key was used for something else."""


class AnswerInBin(Refused):
    """The idempotency key was used for an answer whose conversation is in the bin."""


class UnknownMessage(Refused):
    """The conversation has no such message, or not where it is asked for."""


class NothingToSummarize(Refused):
    """The branch has no turn above its last one that is not summarised yet."""


class BudgetSpent(Refused):
    """This month's limit leaves no room for what the call may cost."""


class PriceUnknown(Refused):
    """There is a monthly limit, and the price of this model is unknown."""


class FileGone(Refused):
    """A file that is attached to the question is not there, or not the person's."""


class Unsendable(Refused):
    """The files of the question cannot be sent to its model.

    `reason`: `images`, `pdfs` where the model takes none; `size`, `pages`, `number` where there are more than `limit`
    of them (in MB, pages, images).
    """

    def __init__(self, reason: str, *, model: str = "", limit: int = 0, count: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.model, self.limit, self.count = reason, model, limit, count
