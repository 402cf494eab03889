"""Rendering of fixture product photos and scene plates with Blender as a Python module."""
