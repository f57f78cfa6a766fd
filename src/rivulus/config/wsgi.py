"""The door for web servers."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from rivulus.kernel.memory import keep_what_was_freed

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rivulus.config.settings")
application = get_wsgi_application()

# What was loaded to begin with stays: looking through it again and again is half of what collecting garbage costs, and
# an answer with thousands of entities is made of more things at once than Python's own threshold expects.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
keep_what_was_freed()
