"""A worry of a neighbourhood inspector on its way to the SPoT of the same zone, and the little that comes back."""
