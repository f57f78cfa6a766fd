"""What people and the schedule may change in the strategy, one function a transaction."""
