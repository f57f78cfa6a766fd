"""How the platform is set up, started, stopped, checked and kept: everything behind `./rivulus`."""
