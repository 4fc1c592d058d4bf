//! The code that orders Sidestage to launch or stop a preset.

use std::fmt::Write as _;

use super::python::literal;
use super::{Request, Snippet, comment, dat_name, imports};

pub(super) fn snippet(request: &Request<'_>) -> Snippet {
    let dat = dat_name("order", request.id);
    let orders = request.orders;
    let mut code = comment(&[
        format!("Orders Sidestage to launch {}.", literal(&request.preset.name)),
        String::new(),
        format!("Put this into a Text DAT, called {dat} for instance. Then"),
        format!("    op('{dat}').run()           launches it"),
        format!("    op('{dat}').run('stop')     stops it"),
        format!("    op('{dat}').run('restart')  launches it again"),
        format!("    op('{dat}').run('status')   asks how it is"),
        String::new(),
        "Rows that the preset opens for values from outside are set by what follows:".to_owned(),
        format!("    op('{dat}').run('launch', 'input=C:/clips/my clip.mov', 'epochs=40')"),
    ]);
    code.push('\n');
    code.push_str(&imports(&["socket"]));
    let _ = write!(
        code,
        "\nID = {}\n\
         # Where Sidestage takes orders.\n\
         SIDESTAGE = ({}, {})\n\
         # 'socket' needs nothing else and hears the answer. The name of a UDP Out DAT or an OSC Out DAT\n\
         # beside this one sends by that; its address and port are then the ones that count.\n\
         BY = 'socket'\n\
         # How often it looks for the answer, ten times a second at 60 frames.\n\
         LOOKS = 50\n\n\n\
         def on_answer(answer):\n    \
         \"\"\"'ok ...' or 'error ...: why'. Do here what is to follow.\"\"\"\n    \
         print(answer)\n",
        literal(request.id),
        literal(&orders.host),
        orders.port,
    );
    code.push_str(include_str!("touch/order.py"));
    code.push_str(include_str!("touch/order_run.py"));
    let steps = vec![
        "In Sidestage, open the settings and switch on Orders from Touch.".to_owned(),
        format!("Add a Text DAT, call it {dat}, and paste the code into it."),
        format!(
            "Right-click it and choose Run Script, or have a button call op('{dat}').run(); op('{dat}').run('stop') stops it."
        ),
    ];
    let copied =
        format!("The code is on the clipboard. In Touch, paste it into a Text DAT called {dat}, and run that.");
    Snippet { code, steps, copied }
}
