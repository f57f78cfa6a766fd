"""Who is acting: accounts, a second step, sign-in through OpenID Connect, roles, and what is known of a person."""
