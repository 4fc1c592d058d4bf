//! From the parser's tree to expressions.

use std::rc::Rc;

use tree_sitter::Node;

use super::ast::{Arg, Body, Call, Clause, Comprehension, Def, Expr, Piece, Shape, Stmt};
use super::literals::{number, string_text};
use super::lower::{Lower, MAX_DEPTH, children, line};

impl Lower<'_> {
    fn exprs(&self, node: Node<'_>, depth: u32) -> Rc<[Expr]> {
        children(node).map(|child| self.expr(child, depth)).collect()
    }

    pub(super) fn expr(&self, node: Node<'_>, depth: u32) -> Expr {
        if depth >= MAX_DEPTH {
            return self.opaque(node);
        }
        let depth = depth + 1;
        let child = |index: u32| {
            node.named_child(index).map_or_else(|| Expr::Opaque("".into()), |child| self.expr(child, depth))
        };
        match node.kind() {
            "identifier" => match self.source(node) {
                // Version 2 knew these as names.
                "True" => Expr::Bool(true),
                "False" => Expr::Bool(false),
                "None" => Expr::None,
                name => Expr::Name(name.into()),
            },
            "none" => Expr::None,
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            "integer" | "float" => number(self.source(node)).unwrap_or_else(|| self.opaque(node)),
            "string" => self.string(node, depth),
            "concatenated_string" => self.concatenated(node, depth),
            "parenthesized_expression" | "type" | "as_pattern_target" | "await" => child(0),
            "list" | "list_pattern" => Expr::List(self.exprs(node, depth)),
            "tuple" | "expression_list" | "tuple_pattern" | "pattern_list" => Expr::Tuple(self.exprs(node, depth)),
            "set" => Expr::Set(self.exprs(node, depth)),
            "dictionary" => self.dictionary(node, depth),
            "list_splat" | "list_splat_pattern" => Expr::Star(Rc::new(child(0))),
            "attribute" => {
                let [object] = self.fields(node, ["object"], depth);
                Expr::Attribute(Rc::new(object), self.field(node, "attribute").unwrap_or_default())
            }
            "subscript" => self.subscript(node, depth),
            "generic_type" => self.generic_type(node, depth),
            "slice" => Self::slice(node, |part| self.expr(part, depth)),
            "call" => self.call(node, depth),
            "binary_operator" | "boolean_operator" => {
                let [left, right] = self.fields(node, ["left", "right"], depth);
                Expr::Binary(Rc::new(left), self.field(node, "operator").unwrap_or_default(), Rc::new(right))
            }
            "unary_operator" => {
                let [argument] = self.fields(node, ["argument"], depth);
                Expr::Unary(self.field(node, "operator").unwrap_or_default(), Rc::new(argument))
            }
            "not_operator" => {
                let [argument] = self.fields(node, ["argument"], depth);
                Expr::Unary("not".into(), Rc::new(argument))
            }
            "comparison_operator" => self.comparison(node, depth),
            "conditional_expression" => Expr::Choose(Rc::new((child(1), child(0), child(2)))),
            "lambda" => {
                let params = node.child_by_field_name("parameters");
                let params = params.map(|list| self.params(list, depth)).unwrap_or_default();
                let [body] = self.fields(node, ["body"], depth);
                let body: Body = Rc::from([Stmt::Return(Some(body))]);
                let (name, decorators, line) = ("<lambda>".into(), Vec::new(), line(node));
                Expr::Lambda(Rc::new(Def { name, params, body, decorators, doc: None, line }))
            }
            "list_comprehension" | "generator_expression" => self.comprehension(node, Shape::List, depth),
            "set_comprehension" => self.comprehension(node, Shape::Set, depth),
            "dictionary_comprehension" => self.comprehension(node, Shape::Dict, depth),
            "named_expression" => {
                let [value] = self.fields(node, ["value"], depth);
                Expr::Walrus(self.field(node, "name").unwrap_or_default(), Rc::new(value))
            }
            _ => self.opaque(node),
        }
    }

    fn string(&self, node: Node<'_>, depth: u32) -> Expr {
        let parts: Vec<_> = children(node).collect();
        let Some(start) = parts.first().map(|start| self.source(*start)) else { return self.opaque(node) };
        if start.contains(['b', 'B']) {
            return self.opaque(node);
        }
        let is_raw = start.contains(['r', 'R']);
        let is_format = start.contains(['f', 'F']);
        let mut pieces = Vec::new();
        for part in &parts[1..] {
            match part.kind() {
                "string_content" => pieces.push(Piece::Text(string_text(self.source(*part), is_raw, is_format).into())),
                "interpolation" => {
                    let [value] = self.fields(*part, ["expression"], depth);
                    let tail =
                        children(*part).filter(|child| matches!(child.kind(), "type_conversion" | "format_specifier"));
                    let tail: String = tail.map(|child| self.source(child)).collect();
                    pieces.push(Piece::Value(value, tail.into()));
                }
                _ => {}
            }
        }
        Self::joined(pieces)
    }

    fn joined(pieces: Vec<Piece>) -> Expr {
        if pieces.iter().any(|piece| matches!(piece, Piece::Value(..))) {
            return Expr::Format(pieces.into());
        }
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_ref(),
            Piece::Value(..) => "",
        });
        Expr::Str(texts.collect::<String>().into())
    }

    fn concatenated(&self, node: Node<'_>, depth: u32) -> Expr {
        let mut pieces = Vec::new();
        for string in children(node) {
            match self.expr(string, depth) {
                Expr::Str(text) => pieces.push(Piece::Text(text)),
                Expr::Format(more) => pieces.extend(more.iter().cloned()),
                _ => return self.opaque(node),
            }
        }
        Self::joined(pieces)
    }

    fn dictionary(&self, node: Node<'_>, depth: u32) -> Expr {
        let pairs = children(node).filter_map(|pair| match pair.kind() {
            "pair" => {
                let [key, value] = self.fields(pair, ["key", "value"], depth);
                Some((Some(key), value))
            }
            "dictionary_splat" => pair.named_child(0).map(|value| (None, self.expr(value, depth))),
            _ => None,
        });
        Expr::Dict(pairs.collect())
    }

    fn subscript(&self, node: Node<'_>, depth: u32) -> Expr {
        let [value] = self.fields(node, ["value"], depth);
        let mut cursor = node.walk();
        let places = node.children_by_field_name("subscript", &mut cursor).map(|place| self.expr(place, depth));
        Expr::Subscript(Rc::new(value), places.collect())
    }

    /// `List[int]` where a type is expected.
    fn generic_type(&self, node: Node<'_>, depth: u32) -> Expr {
        let mut parts = children(node);
        let Some(name) = parts.next() else { return self.opaque(node) };
        let args = parts.flat_map(children).map(|arg| self.expr(arg, depth)).collect();
        Expr::Subscript(Rc::new(self.expr(name, depth)), args)
    }

    fn slice(node: Node<'_>, mut lower: impl FnMut(Node<'_>) -> Expr) -> Expr {
        let mut parts = [None, None, None];
        let mut place = 0;
        let mut cursor = node.walk();
        for part in node.children(&mut cursor) {
            if part.kind() == ":" {
                place += 1;
            } else if let Some(slot) = parts.get_mut(place) {
                *slot = Some(lower(part));
            }
        }
        Expr::Slice(Rc::new(parts))
    }

    fn call(&self, node: Node<'_>, depth: u32) -> Expr {
        let [callee] = self.fields(node, ["function"], depth);
        let Some(list) = node.child_by_field_name("arguments") else { return self.opaque(node) };
        let args = if list.kind() == "generator_expression" {
            vec![Arg::Plain(self.expr(list, depth))]
        } else {
            children(list).filter_map(|arg| self.arg(arg, depth)).collect()
        };
        let Expr::Opaque(source) = self.opaque(node) else { return Expr::None };
        Expr::Call(Rc::new(Call { callee, args, source, line: line(node) }))
    }

    fn arg(&self, node: Node<'_>, depth: u32) -> Option<Arg> {
        Some(match node.kind() {
            "keyword_argument" => {
                let [value] = self.fields(node, ["value"], depth);
                Arg::Named(self.field(node, "name")?, value)
            }
            "list_splat" => Arg::Spread(self.expr(node.named_child(0)?, depth)),
            "dictionary_splat" => Arg::SpreadNamed(self.expr(node.named_child(0)?, depth)),
            _ => Arg::Plain(self.expr(node, depth)),
        })
    }

    fn comparison(&self, node: Node<'_>, depth: u32) -> Expr {
        let mut operands = children(node).map(|operand| self.expr(operand, depth));
        let Some(first) = operands.next() else { return self.opaque(node) };
        let mut cursor = node.walk();
        let operators: Vec<_> =
            node.children_by_field_name("operators", &mut cursor).map(|operator| self.shared(operator)).collect();
        Expr::Compare(Rc::new(first), operators.into_iter().zip(operands).collect())
    }

    fn comprehension(&self, node: Node<'_>, shape: Shape, depth: u32) -> Expr {
        let Some(body) = node.child_by_field_name("body") else { return self.opaque(node) };
        let (key, value) = if body.kind() == "pair" {
            let [key, value] = self.fields(body, ["key", "value"], depth);
            (Some(key), value)
        } else {
            (None, self.expr(body, depth))
        };
        let clauses = children(node).filter_map(|clause| match clause.kind() {
            "for_in_clause" => {
                let [target, iterable] = self.fields(clause, ["left", "right"], depth);
                Some(Clause::For(target, iterable))
            }
            "if_clause" => clause.named_child(0).map(|condition| Clause::If(self.expr(condition, depth))),
            _ => None,
        });
        Expr::Comprehension(Rc::new(Comprehension { shape, key, value, clauses: clauses.collect() }))
    }
}
