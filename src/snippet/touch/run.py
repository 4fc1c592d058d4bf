

# Run Script launches; .run('stop') and the like say what else is wanted.
ORDERS = {'launch': launch, 'again': lambda: launch(again=True), 'stop': stop}
ORDERS[(globals().get('args') or ['launch'])[0]]()
