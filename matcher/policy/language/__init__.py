"""The rule language: a `policy.yaml` to rules, and what its words mean for columns of figures."""
