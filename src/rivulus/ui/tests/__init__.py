"""Facts about the tokens, the components and the charts."""
