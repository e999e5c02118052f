"""Where somebody can be helped, and whether he was: the social map, referrals with consent, and the partner's door."""
