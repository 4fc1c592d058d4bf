//! What a console shows of a line: its characters, without the control sequences that are meant for terminals.

use super::console_cells::width;

/// The characters to show, one for each column: no escape sequences, tabs as spaces, other controls made visible.
pub fn clean(text: &str) -> impl Iterator<Item = char> + '_ {
    Clean { chars: text.chars(), column: 0, spaces: 0 }
}

struct Clean<'a> {
    chars: std::str::Chars<'a>,
    column: usize,
    /// Left of a tab.
    spaces: usize,
}

impl Iterator for Clean<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if self.spaces > 0 {
            self.spaces -= 1;
            return Some(' ');
        }
        loop {
            let shown = match self.chars.next()? {
                '\u{1b}' => {
                    self.skip_escape();
                    continue;
                }
                '\t' => {
                    self.spaces = 7 - self.column % 8;
                    self.column += self.spaces;
                    ' '
                }
                c if c.is_control() => '·',
                c => c,
            };
            self.column += width(shown) as usize;
            return Some(shown);
        }
    }
}

impl Clean<'_> {
    /// After ESC: a control sequence (ECMA-48, 5.4) ends with @ to ~, an operating system command with BEL or ESC \.
    fn skip_escape(&mut self) {
        match self.chars.next() {
            Some('[') => {
                let _end = self.chars.find(|c| ('@'..='~').contains(c));
            }
            Some(']') => {
                if self.chars.find(|c| matches!(c, '\u{7}' | '\u{1b}')) == Some('\u{1b}') {
                    let _backslash = self.chars.next();
                }
            }
            Some(_) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_talk_is_left_out() {
        for (text, shown) in [
            ("plain ä 🎭", "plain ä 🎭"),
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;link\u{1b}\\text", "text"),
            ("a\tb", "a       b"),
            ("12345678\tb", "12345678        b"),
            ("漢字\tb", "漢字    b"),
            ("bell\u{7}", "bell·"),
            ("cut\u{1b}[3", "cut"),
        ] {
            assert_eq!(clean(text).collect::<String>(), shown, "{text:?}");
        }
    }
}
