"""What fills the window: one page for each entry of the navigation."""
