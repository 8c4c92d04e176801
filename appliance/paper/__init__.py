"""Pages to print, as SVG and PDF: ``wall_note`` draws one of the ``shapes`` that ``svg`` and ``pdf`` write."""
