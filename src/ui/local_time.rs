//! Times of this machine's zone.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Looked up once: the look-up reads files, and a frame must not.
static LOCAL: LazyLock<TimeZone> = LazyLock::new(TimeZone::system);

/// This machine's zone.
pub fn zone() -> &'static TimeZone {
    &LOCAL
}

/// What the clock on the wall said.
#[must_use]
pub fn local(at: Timestamp) -> DateTime {
    LOCAL.to_datetime(at)
}
