"""What `helpdesk demo` adds to the program: an invented roll and a mail catcher."""
