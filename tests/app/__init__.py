"""A firm's WeCom app from end to end in one process: real channel, turns, actions and outbox, a played platform."""
