"""Column contracts of all tables that are read, and the words of their headers. Data only."""
