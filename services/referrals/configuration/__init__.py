"""A copy of how identity says that the tenant is set up, so that work goes on when identity is away."""
