"""German: dates with a time stand in lists, where the names of months take too much room."""

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
