"""Projects from application to closing: a book of record, deadlines, what was delivered and spent, outputs."""
