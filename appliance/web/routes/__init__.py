"""Routes of the page: one module per resource, each with a class whose ``routes()`` lists its addresses."""
