"""What pages show: words, numbers and pictures made of what queries found."""
