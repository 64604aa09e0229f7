"""The voters' portal: what the link in the mail opens. The only Flask; it imports no Qt."""
