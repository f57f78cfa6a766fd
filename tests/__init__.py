"""Tests of the house as a whole: its walls, and the ways that people take through it."""
