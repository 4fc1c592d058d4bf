//! How large a preset may be. Far beyond what anybody needs, and small enough that a file which somebody made on purpose
//! can't hold the panel up.

use crate::model::Preset;

/// Rows in one list.
const MOST_ROWS: usize = 1000;
/// Characters in a name, which is drawn in lists and made into names of files.
const MOST_NAME_CHARS: usize = 1000;

/// Whether a preset is one that can be worked with.
///
/// # Errors
/// What is too large, without an end, to be put into a sentence.
pub fn check_limits(preset: &Preset) -> Result<(), String> {
    for (field, rows) in [
        ("arguments", preset.arguments.len()),
        ("environment", preset.environment.len()),
        ("leave_environment", preset.leave_environment.len()),
        ("highlights", preset.highlights.len()),
        ("more", preset.echo.more.len()),
    ] {
        if rows > MOST_ROWS {
            return Err(format!("“{field}” has {rows} rows, and at most {MOST_ROWS} are possible"));
        }
    }
    for (field, text) in [("name", &preset.name), ("group", &preset.group)] {
        let chars = text.chars().count();
        if chars > MOST_NAME_CHARS {
            return Err(format!("“{field}” has {chars} characters, and at most {MOST_NAME_CHARS} are possible"));
        }
    }
    Ok(())
}
