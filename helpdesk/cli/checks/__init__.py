"""What `helpdesk doctor` looks at: this machine, the store, the mails, the settings in effect."""
