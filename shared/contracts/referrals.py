"""What referrals accepts, answers and announces about a referral: consent, sending, the loop that closes."""
