"""The official rules as dated, cited data: firms in, verdicts and advice out. Knows nothing of matching."""
