/// The one loop: read, remember, score, flag, commit.
