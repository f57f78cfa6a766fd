"""Facts about OGC API over the layers of the atlas."""
