"""The language of rules: what may be written, what it means, and what becomes of it; pure, live and in a replay."""
