"""Public standards, word for word: DCAT-AP 3.0.1, the CKAN Action API, sitemaps."""
