"""An incident with many victims: call-outs gathered, quick registration, the relatives' desk, hand-over (S12)."""
