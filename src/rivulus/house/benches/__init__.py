"""Measurements, one module each: `run(arguments) -> exit status`, with Django started and a scratch database filled."""
