from .sentences import split_sentences as split_sentences
