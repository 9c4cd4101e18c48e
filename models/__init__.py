"""The community: tables, rules, actions (the verbs) and views (the one door to each thing)."""
