"""What referrals accepts and answers about the social map: entries, search, imports."""
