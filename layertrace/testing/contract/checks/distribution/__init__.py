"""What a layer does in the replicas of a strategy."""
