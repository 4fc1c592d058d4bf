

def add(cells):
    """Appends a row; the oldest go, so that the table doesn't grow for ever."""
    table = op(TABLE)
    if table is None:
        print(f'{me.path}: there is no Table DAT called {TABLE} beside this DAT; add one')
        return
    begin(table, COLUMNS)
    table.appendRow(cells)
    while table.numRows > MOST_ROWS + 1:
        table.deleteRow(1)


def begin(table, columns):
    """A new Table DAT holds one empty cell; it gets its headings."""
    if table.numRows == 0 or (table.numRows == 1 and table[0, 0].val == ''):
        table.clear()
        table.appendRow(columns)
