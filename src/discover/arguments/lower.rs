//! From a script's text to the syntax that is evaluated. The parser goes on after errors, so a script that is being
//! written, or one for an old Python, still tells what can be read of it.

use std::rc::Rc;

use tree_sitter::{Node, Parser};

use super::ast::{Body, ClassDef, Def, Expr, Param, ParamKind, Stmt};

/// How deep expressions and blocks may lie in each other; what is deeper is left opaque. Scripts made by people stay far
/// below, and the stack far above.
pub(super) const MAX_DEPTH: u32 = 100;
/// How much of an expression's source is kept to be shown.
const MAX_SOURCE: usize = 160;

/// The statements of a script; `None` if the parser can't be had.
pub fn read(text: &str) -> Option<Body> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
    let tree = parser.parse(text, None)?;
    let lower = Lower { text };
    Some(lower.block(tree.root_node(), 0))
}

pub(super) struct Lower<'t> {
    text: &'t str,
}

impl<'t> Lower<'t> {
    pub(super) fn source(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn shared(&self, node: Node<'_>) -> Rc<str> {
        self.source(node).into()
    }

    pub(super) fn field(&self, node: Node<'_>, name: &str) -> Option<Rc<str>> {
        node.child_by_field_name(name).map(|child| self.shared(child))
    }

    pub(super) fn opaque(&self, node: Node<'_>) -> Expr {
        let source = self.source(node);
        let cut = source.floor_char_boundary(MAX_SOURCE);
        Expr::Opaque(if cut < source.len() { format!("{} …", &source[..cut]).into() } else { source.into() })
    }

    fn block(&self, node: Node<'_>, depth: u32) -> Body {
        let mut out = Vec::new();
        if depth < MAX_DEPTH {
            for child in children(node) {
                self.statement(child, depth + 1, &mut out);
            }
        }
        out.into()
    }

    fn block_of(&self, node: Node<'_>, field: &str, depth: u32) -> Body {
        node.child_by_field_name(field).map_or_else(|| Rc::from([]), |block| self.block(block, depth))
    }

    fn statement(&self, node: Node<'_>, depth: u32, out: &mut Vec<Stmt>) {
        match node.kind() {
            "expression_statement" => {
                for child in children(node) {
                    self.expression_statement(child, depth, out);
                }
            }
            "function_definition" => out.push(Stmt::Def(Rc::new(self.def(node, Vec::new(), depth)))),
            "class_definition" => out.push(Stmt::Class(Rc::new(self.class(node, Vec::new(), depth)))),
            "decorated_definition" => self.decorated(node, depth, out),
            "if_statement" => out.push(self.if_statement(node, depth)),
            "for_statement" => {
                let [target, iterable] = self.fields(node, ["left", "right"], depth);
                out.push(Stmt::For(target, iterable, self.block_of(node, "body", depth)));
                out.extend(node.child_by_field_name("alternative").into_iter().flat_map(|alternative| {
                    self.block_of(alternative, "body", depth).iter().cloned().collect::<Vec<_>>()
                }));
            }
            "while_statement" => {
                let [condition] = self.fields(node, ["condition"], depth);
                out.push(Stmt::While(condition, self.block_of(node, "body", depth)));
            }
            "with_statement" => out.push(self.with(node, depth)),
            "try_statement" => out.push(self.try_statement(node, depth)),
            "return_statement" => out.push(Stmt::Return(node.named_child(0).map(|value| self.expr(value, depth)))),
            "raise_statement" => out.push(Stmt::Raise(node.named_child(0).map(|value| self.expr(value, depth)))),
            "break_statement" => out.push(Stmt::Break),
            "continue_statement" => out.push(Stmt::Continue),
            "import_statement" => self.import(node, out),
            "import_from_statement" => self.import_from(node, out),
            "global_statement" | "nonlocal_statement" => {
                out.push(Stmt::Global(children(node).map(|name| self.shared(name)).collect()));
            }
            "match_statement" => {
                // Which case holds is rarely known; each may.
                let cases = node.child_by_field_name("body").into_iter().flat_map(children);
                let cases = cases.map(|case| self.block_of(case, "consequence", depth)).collect();
                out.push(Stmt::Try(Rc::from([]), cases, Rc::from([])));
            }
            // What the parser could make nothing of may still hold whole statements.
            "ERROR" => {
                for child in children(node) {
                    self.statement(child, depth + 1, out);
                }
            }
            "block" => out.extend(self.block(node, depth).iter().cloned()),
            _ => {}
        }
    }

    fn expression_statement(&self, node: Node<'_>, depth: u32, out: &mut Vec<Stmt>) {
        match node.kind() {
            "assignment" => {
                let target = node.child_by_field_name("left").map_or(Expr::None, |left| self.expr(left, depth));
                let value = node.child_by_field_name("right");
                if node.child_by_field_name("type").is_some() {
                    out.push(Stmt::Declare(target, value.map(|value| self.expr(value, depth))));
                    return;
                }
                let (mut targets, mut value) = (vec![target], value);
                while let Some(inner) = value.filter(|value| value.kind() == "assignment") {
                    targets.extend(inner.child_by_field_name("left").map(|left| self.expr(left, depth)));
                    value = inner.child_by_field_name("right");
                }
                let value = value.map_or(Expr::None, |value| self.expr(value, depth));
                out.push(Stmt::Assign(targets, value));
            }
            "augmented_assignment" => {
                let [target, value] = self.fields(node, ["left", "right"], depth);
                let operator = self.field(node, "operator").unwrap_or_default();
                out.push(Stmt::Augment(target, operator.trim_end_matches('=').into(), value));
            }
            _ => out.push(Stmt::Expr(self.expr(node, depth))),
        }
    }

    pub(super) fn fields<const N: usize>(&self, node: Node<'_>, names: [&str; N], depth: u32) -> [Expr; N] {
        names.map(|name| {
            node.child_by_field_name(name).map_or_else(|| Expr::Opaque("".into()), |child| self.expr(child, depth))
        })
    }

    fn decorated(&self, node: Node<'_>, depth: u32, out: &mut Vec<Stmt>) {
        let decorators = children(node)
            .filter(|child| child.kind() == "decorator")
            .filter_map(|decorator| decorator.named_child(0))
            .map(|decorator| self.expr(decorator, depth))
            .collect();
        let Some(definition) = node.child_by_field_name("definition") else { return };
        out.push(match definition.kind() {
            "class_definition" => Stmt::Class(Rc::new(self.class(definition, decorators, depth))),
            _ => Stmt::Def(Rc::new(self.def(definition, decorators, depth))),
        });
    }

    fn def(&self, node: Node<'_>, decorators: Vec<Expr>, depth: u32) -> Def {
        let body = self.block_of(node, "body", depth);
        let doc = match body.first() {
            Some(Stmt::Expr(Expr::Str(doc))) => Some(Rc::clone(doc)),
            _ => None,
        };
        let params = node.child_by_field_name("parameters").map(|list| self.params(list, depth)).unwrap_or_default();
        Def { name: self.field(node, "name").unwrap_or_default(), params, body, decorators, doc, line: line(node) }
    }

    fn class(&self, node: Node<'_>, decorators: Vec<Expr>, depth: u32) -> ClassDef {
        let bases = node.child_by_field_name("superclasses").into_iter().flat_map(children);
        let bases = bases.filter(|base| base.kind() != "keyword_argument").map(|base| self.expr(base, depth)).collect();
        let name = self.field(node, "name").unwrap_or_default();
        ClassDef { name, bases, body: self.block_of(node, "body", depth), decorators }
    }

    pub(super) fn params(&self, list: Node<'_>, depth: u32) -> Vec<Param> {
        let mut params = Vec::new();
        let mut kind = ParamKind::Plain;
        for node in children(list) {
            let annotation = node.child_by_field_name("type").map(|annotation| self.expr(annotation, depth));
            let default = node.child_by_field_name("value").map(|value| self.expr(value, depth));
            let name_node = match node.kind() {
                "default_parameter" | "typed_default_parameter" => node.child_by_field_name("name"),
                "typed_parameter" => node.named_child(0),
                "keyword_separator" => {
                    kind = ParamKind::NamedOnly;
                    None
                }
                _ => Some(node),
            };
            let Some(name_node) = name_node else { continue };
            let (this_kind, name_node) = match name_node.kind() {
                "list_splat_pattern" => (ParamKind::Rest, name_node.named_child(0)),
                "dictionary_splat_pattern" => (ParamKind::RestNamed, name_node.named_child(0)),
                "identifier" => (kind, Some(name_node)),
                _ => continue,
            };
            if this_kind == ParamKind::Rest {
                kind = ParamKind::NamedOnly;
            }
            let Some(name_node) = name_node else { continue };
            params.push(Param { name: self.shared(name_node), kind: this_kind, annotation, default });
        }
        params
    }

    fn if_statement(&self, node: Node<'_>, depth: u32) -> Stmt {
        let branch = |node: Node<'_>| {
            let [condition] = self.fields(node, ["condition"], depth);
            (condition, self.block_of(node, "consequence", depth))
        };
        let mut branches = vec![branch(node)];
        let mut otherwise: Body = Rc::from([]);
        let mut cursor = node.walk();
        for alternative in node.children_by_field_name("alternative", &mut cursor) {
            match alternative.kind() {
                "elif_clause" => branches.push(branch(alternative)),
                _ => otherwise = self.block_of(alternative, "body", depth),
            }
        }
        Stmt::If(branches, otherwise)
    }

    fn with(&self, node: Node<'_>, depth: u32) -> Stmt {
        let items = children(node).filter(|child| child.kind() == "with_clause").flat_map(children);
        let items = items.filter_map(|item| item.child_by_field_name("value")).map(|value| {
            if value.kind() == "as_pattern" {
                let target = value.child_by_field_name("alias").and_then(|alias| alias.named_child(0));
                let held = value.named_child(0).map_or(Expr::None, |held| self.expr(held, depth));
                (held, target.map(|target| self.expr(target, depth)))
            } else {
                (self.expr(value, depth), None)
            }
        });
        Stmt::With(items.collect(), self.block_of(node, "body", depth))
    }

    fn try_statement(&self, node: Node<'_>, depth: u32) -> Stmt {
        let (mut handlers, mut last) = (Vec::new(), Vec::new());
        for clause in children(node) {
            let block = || children(clause).find(|child| child.kind() == "block");
            let body = || block().map_or_else(|| Rc::from([]), |block| self.block(block, depth));
            match clause.kind() {
                "except_clause" | "except_group_clause" => handlers.push(body()),
                "else_clause" => last.extend(self.block_of(clause, "body", depth).iter().cloned()),
                "finally_clause" => last.extend(body().iter().cloned()),
                _ => {}
            }
        }
        Stmt::Try(self.block_of(node, "body", depth), handlers, last.into())
    }

    fn import(&self, node: Node<'_>, out: &mut Vec<Stmt>) {
        for name in children(node) {
            out.push(match name.kind() {
                "aliased_import" => {
                    Stmt::Import(self.field(name, "name").unwrap_or_default(), self.field(name, "alias"))
                }
                _ => Stmt::Import(self.shared(name), None),
            });
        }
    }

    fn import_from(&self, node: Node<'_>, out: &mut Vec<Stmt>) {
        let module = self.field(node, "module_name").unwrap_or_default();
        if children(node).any(|child| child.kind() == "wildcard_import") {
            out.push(Stmt::ImportAll(module));
            return;
        }
        let mut cursor = node.walk();
        let names = node.children_by_field_name("name", &mut cursor).map(|name| match name.kind() {
            "aliased_import" => {
                (self.field(name, "name").unwrap_or_default(), self.field(name, "alias").unwrap_or_default())
            }
            _ => (self.shared(name), self.shared(name)),
        });
        out.push(Stmt::ImportFrom(module, names.collect()));
    }
}

/// The named parts of a node, comments left out.
pub(super) fn children(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut cursor = node.walk();
    let parts: Vec<_> = node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect();
    parts.into_iter()
}

pub(super) fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX).saturating_add(1)
}
