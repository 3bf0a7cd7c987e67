"""Measures the page in a browser, beside other ways to render Markdown while it streams."""
