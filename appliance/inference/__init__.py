"""TFLite networks: the runtime, the files, and the JSON that describes them."""
