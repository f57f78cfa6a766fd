"""Words and looks that every page shares: tokens, components, charts and the gallery that shows them."""
