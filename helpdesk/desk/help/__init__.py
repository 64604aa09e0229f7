"""The user guide: topics in Markdown, found by any word of theirs."""
