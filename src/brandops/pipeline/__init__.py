"""From parameters and raw exports to a published report: what is stale, what runs, what is published."""
