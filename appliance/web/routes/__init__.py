"""What the page answers: one module a resource, each with a class whose ``routes()`` lists its addresses."""
