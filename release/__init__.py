"""What turns the program into bundles, packages and installers; none of it is part of the program."""
