"""One cell at a time: texts, yes or no, numbers, dates."""
