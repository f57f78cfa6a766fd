"""Commands for `./rivulus manage`."""
