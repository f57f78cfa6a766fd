"""An invented Baia Mare: what its devices would say, computed from a seed, a series and a time alone."""
