//! The callbacks of a UDP In DAT or an OSC In DAT that read the echo into a Table DAT.

use std::fmt::Write as _;

use super::python::literal;
use super::{Request, Snippet, comment, imports};
use crate::model::EchoFormat;

/// So many lines are kept in the table.
const MOST_ROWS: u32 = 1000;

pub(super) fn snippet(request: &Request<'_>) -> Snippet {
    let format = &request.preset.echo.format;
    let (columns, modules, body): (&[&str], &[&str], _) = match format {
        EchoFormat::Raw | EchoFormat::Template(_) => (&["line", "kind"], &[], include_str!("touch/text_callbacks.py")),
        EchoFormat::Json => {
            (&["job", "run", "stream", "seq", "time", "line"], &["json"], include_str!("touch/json_callbacks.py"))
        }
        EchoFormat::Osc => (&["job", "stream", "seq", "time", "line"], &[], include_str!("touch/osc_callbacks.py")),
    };
    let is_osc = *format == EchoFormat::Osc;
    let listener = if is_osc { "OSC In DAT" } else { "UDP In DAT" };
    let mut code = comment(&[
        format!("Reads the echo of {} into a table.", literal(&request.preset.name)),
        String::new(),
        format!("Put this into the callbacks DAT of the {listener}, and a Table DAT called 'lines' beside it."),
    ]);
    code.push('\n');
    if !modules.is_empty() {
        code.push_str(&imports(modules));
        code.push('\n');
    }
    let columns: Vec<_> = columns.iter().map(|column| literal(column)).collect();
    let columns = columns.join(", ");
    let _ = writeln!(code, "TABLE = 'lines'\nCOLUMNS = [{columns}]");
    if is_osc {
        code.push_str("# A Table DAT for the jobs' states; none is needed.\nSTATES = 'states'\n");
    }
    let _ = writeln!(code, "# The oldest go when there are more.\nMOST_ROWS = {MOST_ROWS}");
    code.push_str(body);
    code.push_str(include_str!("touch/table.py"));
    let port = request.preset.echo.port;
    let copied = format!(
        "The code is on the clipboard. In Touch, paste it into the callbacks DAT of an {listener} on port {port}, and add a \
         Table DAT called lines."
    )
    .replace("an UDP", "a UDP");
    Snippet { code, steps: steps(request, is_osc), copied }
}

fn steps(request: &Request<'_>, is_osc: bool) -> Vec<String> {
    let port = request.preset.echo.port;
    let mut steps = vec![if is_osc {
        format!("Add an OSC In DAT and set its Network Port (port) to {port}.")
    } else {
        format!(
            "Add a UDP In DAT. Set its Network Port (port) to {port} and its Row/Callback Format (format) to One Per Message."
        )
    }];
    steps.push("Add a Table DAT beside it, and call it lines.".to_owned());
    steps.push("Open the callbacks DAT that is docked to it, and replace what stands there by this code.".to_owned());
    steps
}
