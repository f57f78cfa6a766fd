"""What CKAN clients and harvesters read: a subset of the Action API, version 3. Nothing is written through it."""
