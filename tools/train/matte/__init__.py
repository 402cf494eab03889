"""Trains packshot's own matting network, on pictures that a small path tracer draws. See ../README.md."""
