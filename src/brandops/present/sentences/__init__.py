"""Sentences of the pages: templates that take analysis results, one module per section of the plan."""
