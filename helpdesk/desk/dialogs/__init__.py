"""Questions asked before something is done, all on one base."""
