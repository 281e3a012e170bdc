"""What follows from verdicts: what an open answer hangs on, what to do, when, and how it is shown."""
