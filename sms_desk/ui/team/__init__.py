"""What a desk shows of a workspace that many desks share."""
