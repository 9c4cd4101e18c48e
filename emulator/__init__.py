"""A stateful emulator of WeChat Official Account and WeCom, with phones to play on.

It is written from the platforms' documents alone and imports nothing of the product,
so that the bot and its emulator cannot share one misreading.
"""
