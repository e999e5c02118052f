"""From a password and a second factor to a session, without telling a stranger anything."""
