"""What became of an answer, in short, and what a call has used, as the API names it."""

from conversations.models import Usage


def outcome_of(answer):
    return answer.state, answer.ending, answer.error_code


def summarize_usage(row):
    """The counts of a row, as the API names them."""
    return {
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cache_read_input_tokens": row.cache_read_tokens,
        "cache_creation_input_tokens": row.cache_write_5m_tokens + row.cache_write_1h_tokens,
    }


def recorded_usage(record):
    """The same counts, as the stand-in has sent them."""
    return {name: record["usage"][name] for name in summarize_usage(Usage())}
