"""Referrals, from proposed to closed, on both sides: the sender's record and the recipient's own."""
