"""Bad luck: parts of the running platform die while a night's work goes on, and nothing may be lost by it."""
