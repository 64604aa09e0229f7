"""The assistant of the first start: a store here or on a server, the first operator, mails, voters."""
