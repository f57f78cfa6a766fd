"""Analyses that can be run again: what is asked, and how it is worked out. Pure; metres are those of Stereo 70."""
