"""Programs of the owner that run once for each photo: a process of its own that reads the photos' folder.

``programs`` lists those that may run, ``execution`` runs one, ``dispatcher`` decides for which photo when.
"""
