"""Reading catalogs elsewhere: DCAT in RDF, and CKAN."""
