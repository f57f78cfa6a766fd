"""What a connector is declared to be, what an answer becomes, and when the next question is due."""
