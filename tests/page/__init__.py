"""The page of an order on a worker's phone."""
