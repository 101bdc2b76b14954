"""The services of the store as a signed-in user gets them: each asks `authorize` before it answers."""
