"""Commands that stay: the desk and the mailer."""



