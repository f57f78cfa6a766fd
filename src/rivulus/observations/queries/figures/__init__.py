"""The figures of the domains, computed from the store when they are asked for."""
