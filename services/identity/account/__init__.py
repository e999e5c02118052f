"""What a signed-in person does with the own account: second factor, password, preferences, sessions."""
