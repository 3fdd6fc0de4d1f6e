"""What keeps, repairs, remakes or removes what is stored."""
