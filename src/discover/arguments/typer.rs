//! The functions that typer makes commands of: each parameter is an argument, and its type says of which kind.

use std::rc::Rc;

use super::argparse::converter_of;
use super::ast::Param as DefParam;
use super::click_rows::{common, ignore_case, set_range, split_flags};
use super::eval::Machine;
use super::parsers::set_default;
use super::typer_types::{MAX_TYPES, TypeShape};
use super::value::{Func, Scope, Value};
use crate::model::declared::{Action, DeclaredRow, Kind, Library};

impl Machine<'_> {
    /// A parser of what a function's parameters say.
    pub(super) fn typer_rows(&mut self, func: &Rc<Func>) -> usize {
        let parser = self.parsers.add(Library::Typer);
        let mut func = func;
        while let Some(wrapped) = &func.wraps {
            func = wrapped;
        }
        self.parsers.list[parser].description = func.def.doc.as_ref().map(|doc| doc.trim().to_owned());
        for (place, param) in func.def.params.iter().enumerate() {
            let default = func.defaults.get(place).cloned().flatten();
            self.parsers.line = func.def.line;
            if let Some(row) = self.typer_row(param, default, &func.scope) {
                self.parsers.unsure = self.unsure;
                self.parsers.add_row(parser, row);
            }
        }
        parser
    }

    fn typer_row(&mut self, param: &DefParam, default: Option<Value>, scope: &Rc<Scope>) -> Option<DeclaredRow> {
        let mut shape = TypeShape::default();
        if let Some(annotation) = &param.annotation {
            self.type_of(annotation, scope, &mut shape, MAX_TYPES);
        }
        if shape.is_context {
            return None;
        }
        let mut said = shape.said.map(|own| (own, false));
        let mut default = default;
        if let Some(Value::Param(own)) = &default {
            let own = Rc::clone(own);
            default = own.args.get(0, "default").cloned();
            said = Some((own, true));
        }
        let is_ellipsis = matches!(&default, Some(Value::Unknown(source)) if &**source == "...");
        let default = default.filter(|_| !is_ellipsis);
        let is_option = said.as_ref().map_or(default.is_some(), |(own, _)| &*own.callee == "typer.Option");
        let mut row = DeclaredRow {
            name: param.name.to_string(),
            kind: shape.kind,
            choices: shape.choices,
            converter: shape.converter,
            nargs: shape.nargs,
            ..DeclaredRow::default()
        };
        if let Some((own, has_default_first)) = &said {
            let names = own.args.plain.iter().skip(usize::from(*has_default_first)).filter_map(Value::text);
            for name in names {
                split_flags(&name, &mut row);
            }
            common(&mut row, &own.args);
            let only_named = super::value::Args { plain: Vec::new(), ..own.args.clone() };
            set_range(&mut row, &only_named);
            ignore_case(&mut row, &only_named);
            if let Some(own) = only_named.named("parser").or(only_named.named("click_type")) {
                row.converter = Some(converter_of(own).unwrap_or_else(|| "the script's own".to_owned()));
            }
        }
        row.required = default.is_none();
        if is_option {
            let is_switch = shape.kind == Kind::Boolean && !shape.is_list;
            if row.flags.is_empty() {
                let name = param.name.replace('_', "-");
                row.flags.push(format!("--{name}"));
                if is_switch {
                    row.off_flags.push(format!("--no-{name}"));
                }
            }
            if is_switch {
                row.action = Action::Switch;
                row.kind = Kind::Text;
                row.required = false;
                row.default = serde_json::Value::Bool(false);
            } else if shape.is_list {
                row.action = Action::Append;
            }
        } else {
            row.flags.clear();
            if shape.is_list {
                row.nargs = Some("*".to_owned());
            }
        }
        if shape.is_list && default.is_none() && shape.is_optional {
            row.required = false;
        }
        if let Some(default) = &default {
            set_default(&mut row, default);
        }
        Some(row)
    }
}
