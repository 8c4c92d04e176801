"""Pages to print: ``wall_note`` is made of ``shapes``, which ``svg`` and ``pdf`` write."""
