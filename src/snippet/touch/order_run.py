

# Run Script launches; .run('stop') and the like say what else is wanted.
order(*(globals().get('args') or ['launch']))
