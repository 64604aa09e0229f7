"""What differs between Windows and Linux: one module a difference, each told which platform it is on."""
