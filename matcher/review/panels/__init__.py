"""What the scores of a panel say of its items and of its reviewers."""
