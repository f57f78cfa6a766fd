"""Layers as files: streamed where the format allows, written by the worker otherwise; never a private attribute."""
