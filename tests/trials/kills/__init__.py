"""kill -9 at random moments of everything that writes: nothing lost, nothing half done, the trail whole."""
