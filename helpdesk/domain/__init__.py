"""Values, states, pure rules, typed errors and ports; standard library only."""
