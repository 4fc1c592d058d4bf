//! What the rules of a job's life come to, in plain words.

use crate::model::{Hang, Lifecycle, OnHang, Priority, Ready, Restart, RestartWhen};

/// Who gets the processor first.
pub(super) fn priority_words(priority: Priority) -> &'static str {
    match priority {
        Priority::BelowNormal => "Touch and other programs get the processor first; the job takes what they leave.",
        Priority::Normal => "It takes its share of the processor, from Touch too when there isn't enough.",
    }
}

/// When a job that ended by itself runs again.
pub(super) fn restart_words(restart: &Restart) -> String {
    let when = match restart.when {
        RestartWhen::Never => return "When it has ended it stays ended, until somebody launches it.".to_owned(),
        RestartWhen::OnFailure => "After a failure it runs again",
        RestartWhen::Always => "Whenever it has ended it runs again",
    };
    let reset = match (restart.reset_secs, restart.max_attempts) {
        (0, _) => " Every run counts as a good one, so the delay stays the first.".to_owned(),
        (secs, 0) if grows(restart) => format!(" A run of {secs} s was a good one: the next delay is the first again."),
        (_, 0) => String::new(),
        (secs, _) => format!(" A run of {secs} s was a good one: the count begins anew."),
    };
    format!("{when} {}, {}.{reset}", delays(restart), attempts(restart))
}

/// When a job counts as hanging, and what happens then.
pub(super) fn hang_words(lifecycle: &Lifecycle) -> String {
    let Hang { secs, line, then } = &lifecycle.hang;
    let sign = if line.is_empty() { "output" } else { "such a line" };
    match (secs, then) {
        (0, _) => "It may be silent as long as it likes.".to_owned(),
        (secs, OnHang::Warn) => format!("After {secs} s without {sign} it is marked, and left running."),
        (secs, OnHang::Restart) => {
            let restart = &lifecycle.restart;
            format!(
                "After {secs} s without {sign} it is stopped, and started again {}, {}.",
                delays(restart),
                attempts(restart)
            )
        }
    }
}

/// When a job counts as ready.
pub(super) fn ready_words(Ready { line, secs }: &Ready) -> String {
    match (line.is_empty(), secs) {
        (true, 0) => "It is ready as soon as it runs.".to_owned(),
        (true, secs) => format!("It is ready {secs} s after its start."),
        (false, 0) => "It is ready when a line matches.".to_owned(),
        (false, secs) => format!("It is ready when a line matches, and after {secs} s in any case."),
    }
}

/// Whether one delay is longer than the one before.
fn grows(restart: &Restart) -> bool {
    restart.delay_secs > 0 && restart.max_delay_secs > restart.delay_secs
}

/// `after 1 s, 2 s, 4 s … up to 60 s`.
fn delays(restart: &Restart) -> String {
    let (first, most) = (u64::from(restart.delay_secs), u64::from(restart.max_delay_secs.max(restart.delay_secs)));
    if first == 0 {
        return "at once".to_owned();
    }
    if !grows(restart) || restart.reset_secs == 0 || restart.max_attempts == 1 {
        return format!("after {first} s");
    }
    let shown = [first, first * 2, first * 4].into_iter().take_while(|secs| *secs < most);
    let shown: Vec<_> = shown.map(|secs| format!("{secs} s")).collect();
    if shown.len() == 3 {
        format!("after {} … up to {most} s", shown.join(", "))
    } else {
        format!("after {}, then {most} s", shown.join(", "))
    }
}

fn attempts(restart: &Restart) -> String {
    match restart.max_attempts {
        0 => "without end".to_owned(),
        1 => "once".to_owned(),
        count => format!("at most {count} times in a row"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restart(when: RestartWhen, (delay_secs, max_delay_secs, max_attempts): (u32, u32, u32)) -> Restart {
        Restart { when, delay_secs, max_delay_secs, max_attempts, ..Restart::default() }
    }

    #[test]
    fn what_will_happen_is_said_in_plain_words() {
        use RestartWhen::{Always, Never, OnFailure};
        for (when, numbers, words) in [
            (OnFailure, (1, 60, 0), "After a failure it runs again after 1 s, 2 s, 4 s … up to 60 s, without end."),
            (OnFailure, (1, 3, 0), "After a failure it runs again after 1 s, 2 s, then 3 s, without end."),
            (Always, (5, 5, 3), "Whenever it has ended it runs again after 5 s, at most 3 times in a row."),
            (Always, (0, 60, 0), "Whenever it has ended it runs again at once, without end."),
            (OnFailure, (9, 2, 1), "After a failure it runs again after 9 s, once."),
            (
                OnFailure,
                (4_000_000_000, 4_294_967_295, 0),
                "After a failure it runs again after 4000000000 s, then 4294967295 s,",
            ),
            (Never, (1, 60, 0), "When it has ended it stays ended, until somebody launches it."),
        ] {
            let said = restart_words(&restart(when, numbers));
            assert!(said.starts_with(words), "{said}");
        }
        let said = restart_words(&restart(OnFailure, (1, 60, 0)));
        assert!(said.ends_with(" A run of 60 s was a good one: the next delay is the first again."), "{said}");
    }

    #[test]
    fn hanging_and_ready_are_said_too() {
        let hang = Hang { secs: 30, line: "^tick".to_owned(), then: OnHang::Restart };
        let lifecycle = Lifecycle { hang, ..Lifecycle::default() };
        let words = "After 30 s without such a line it is stopped, and started again after 1 s, 2 s, 4 s … up to 60 s, \
                     without end.";
        assert_eq!(hang_words(&lifecycle), words);
        assert_eq!(hang_words(&Lifecycle::default()), "It may be silent as long as it likes.");
        let ready = |line: &str, secs| ready_words(&Ready { line: line.to_owned(), secs });
        assert_eq!(ready("", 0), "It is ready as soon as it runs.");
        assert_eq!(ready("up", 9), "It is ready when a line matches, and after 9 s in any case.");
    }
}
