"""What an index holds and how it lies in a folder: vectors, postings, scale, filters; the best rows of a text."""
