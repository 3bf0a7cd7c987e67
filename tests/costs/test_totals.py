"""Adding up what calls to Claude used and cost."""

import re

from django.db import connection

from conversations.costs.totals import Totals, totals_by_month
from conversations.models import Usage
from conversations.models.months import add_months, months_between, this_month
from tests.history import create_usage


def test_every_field_is_added():
    numbers = dict(zip(Totals.__slots__, range(1, 11), strict=True))
    doubled = {name: 2 * number for name, number in numbers.items()}
    assert Totals(**numbers) + Totals(**numbers) == Totals(**doubled)


def test_the_totals_of_months_are_read_from_the_index_alone(alice, django_assert_max_num_queries):
    create_usage(alice)
    with django_assert_max_num_queries(3) as queries:
        totals_by_month(Usage.objects.all(), months_between(add_months(this_month(), -1), this_month()))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # as it plans with many rows
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{queries[-1]['sql']}")
        plan = str(cursor.fetchall())
    assert re.search(r"COVERING INDEX usage_by_month|Index Only Scan using usage_by_month", plan)
