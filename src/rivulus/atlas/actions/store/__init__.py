"""How features are kept: what the actions beside are made of; nothing here is asked for by people."""
