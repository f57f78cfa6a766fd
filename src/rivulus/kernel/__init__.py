"""Words that all contexts share: errors, clock, registries of probes and of work to be done later."""
