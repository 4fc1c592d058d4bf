

def onReceive(dat, rowIndex, message, byteData, peer):
    text = byteData.decode('utf-8', 'replace')  # exact, where message may have lost an accent
    if text.startswith(('/sidestage/', '#bundle\0')):
        return  # a message of OSC, for an OSC In DAT
    lines = text.rstrip('\0').split('\n')
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    for line in lines:
        is_notice = line.startswith(('[sidestage]', '\u2026 '))
        add([line, 'notice' if is_notice else ''])
    return
