"""Words for people: the gettext catalogue, and the texts of errors, findings, states and times for every front."""
