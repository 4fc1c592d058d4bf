//! The rewriting alone, by text; with real presets and every kind of edit it is tested by `tests/presets_keep.rs`.

use super::rewrite;

/// Rewrites `old`, which says what `before` says, and compares.
#[track_caller]
fn check(old: &str, before: &str, after: &str, expected: &str) {
    assert_eq!(rewrite(old, before, after).as_deref(), Some(expected));
}

#[test]
fn nothing_changes_where_nothing_changed() {
    for old in [
        "(a: 1, b: \"x\")",
        "( a : 0x1, // one\n\tb: \"\\u{78}\" /* x */ , )\n// end",
        "#![enable(implicit_some)]\nThing(b: r#\"x\"#, a: 1)",
    ] {
        check(old, "(a: 1, b: \"x\")", "(a: 1, b: \"x\")", old);
    }
}

#[test]
fn a_value_changes_and_nothing_beside_it() {
    let old = "// top\n(\n  b : \"x\" , // of b\r\n  // of a\n  a: /* here */ 1 // no comma\n)\n";
    let new = "// top\n(\n  b : \"y\" , // of b\r\n  // of a\n  a: /* here */ 2 // no comma\n)\n";
    check(old, "(a: 1, b: \"x\")", "(a: 2, b: \"y\")", new);
    check("(a: Path( \"x\" /* p */))", "(a: Path(\"x\"))", "(a: Path(\"y\"))", "(a: Path( \"y\" /* p */))");
    check("(a: None)", "(a: r#None)", "(a: r#None)", "(a: None)");
    check("(a: Path(\"x\"))", "(a: Path(\"x\"))", "(a: None)", "(a: None)");
}

#[test]
fn a_new_field_stands_where_it_belongs_and_leaves_no_trace_when_it_goes() {
    let (old, before) = ("(\n  c: 3, // c\n  a: 1 // a\n)", "(a: 1, c: 3)");
    let (new, after) = ("(\n  c: 3, // c\n  a: 1, // a\n  b: (\n    d: 4,\n  )\n)", "(a: 1, b: (\n    d: 4,\n), c: 3)");
    check(old, before, after, new);
    check("(a: 1, c: 3)", before, "(a: 1, b: (d: 4), c: 3)", "(a: 1, b: (d: 4), c: 3)");
    check("(a: 1, b: (d: 4), c: 3)", "(a: 1, b: (d: 4), c: 3)", before, "(a: 1, c: 3)");
    check("(a: 1, c: 3)", "(a: 1, c: 3)", "(a: 1)", "(a: 1)");
}

#[test]
fn a_field_that_goes_leaves_its_comments() {
    let old = "(\n    a: 1,\n    // why\n    b: 2, // two\n    c: 3,\n)";
    check(old, "(a: 1, b: 2, c: 3)", "(a: 1, c: 3)", "(\n    a: 1,\n    // why\n    // two\n    c: 3,\n)");
    check("(a: 1, b: // two\n2)", "(a: 1, b: 2)", "(a: 1)", "(a: 1\n    // two\n)");
    check("(a: 1, b: 2, // two\n)", "(a: 1, b: 2)", "(a: 1)", "(a: 1,\n    // two\n)");
}

#[test]
fn what_was_written_though_it_could_be_left_out_stays() {
    check("(a: 1, b: [], c: 3)", "(a: 1, c: 3)", "(a: 2, c: 3)", "(a: 2, b: [], c: 3)");
    check("(a: 1, b: [], c: 3)", "(a: 1, c: 3)", "(a: 1, b: [4], c: 3)", "(a: 1, b: [4], c: 3)");
}

#[test]
fn comments_go_with_their_rows() {
    let row = |flag: &str, value: &str| format!("(flag: \"{flag}\", value: \"{value}\")");
    let list = |rows: &[String]| format!("[{}]", rows.join(", "));
    let (a, b, c) = (row("-a", "1"), row("-b", "2"), row("-c", "3"));
    let before = list(&[a.clone(), b.clone(), c.clone()]);
    let old = format!("[\n  // All of them.\n\n  // of a\n  {a},\n  {b}, // of b\n  // of c\n  {c},\n  // end\n]");
    check(
        &old,
        &before,
        &list(&[c.clone(), a.clone(), b.clone()]),
        &format!("[\n  // of c\n  {c},\n  // All of them.\n\n  // of a\n  {a},\n  {b}, // of b\n  // end\n]"),
    );
    check(
        &old,
        &before,
        &list(&[b.clone(), c.clone()]),
        &format!("[\n  // All of them.\n\n  {b}, // of b\n  // of c\n  {c},\n  // end\n]"),
    );
    let (edited, new) = (row("-b", "9"), row("-n", ""));
    check(
        &old,
        &before,
        &list(&[new.clone(), c.clone(), edited.clone(), a.clone()]),
        &format!(
            "[\n  {new},\n  // of c\n  {c},\n  {edited}, // of b\n  // All of them.\n\n  // of a\n  {a},\n  // end\n]"
        ),
    );
    check(&old, &before, "[]", "[\n  // All of them.\n\n  // end\n]");
}

#[test]
fn lists_on_one_line_stay_there() {
    check("[1,2, 3]", "[1, 2, 3]", "[3, 1, 2]", "[3,1,2]");
    check("[ 1, 2 ]", "[1, 2]", "[1, 2, 3]", "[ 1, 2, 3 ]");
    check("[1, 2]", "[1, 2]", "[2]", "[2]");
    check("[]", "[]", "[\n    1,\n]", "[\n    1,\n]");
    check("[ /* none */ ]", "[]", "[1]", "[1 /* none */ ]");
    check("[\n    // none\n]", "[]", "[\n    1,\n]", "[\n    // none\n    1,\n]");
    check("[\n    1,\n]", "[1]", "[]", "[]");
}

#[test]
fn what_cannot_be_taken_apart_is_left_to_others() {
    for old in
        ["(a: {1: 2})", "(a: 1", "(a: 1) b", "", "((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))"]
    {
        assert_eq!(rewrite(old, "(a: 1)", "(a: 2)"), None, "{old}");
    }
    assert_eq!(rewrite(&"(".repeat(100_000), "1", "2"), None, "without a stack for it");
}
