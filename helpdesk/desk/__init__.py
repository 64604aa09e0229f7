"""The desk's window: the only place that knows Qt."""
