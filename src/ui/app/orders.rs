//! Orders from outside: what the desk is told of the presets and settings, and what the panel shows of the orders. They
//! are carried out without the panel, also while its window is hidden.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{Context, ViewportId};

use super::clock::clock_time;
use super::{App, OUTPUT_FRAME, Opening};
use crate::engine::Engine;
use crate::launch::Places;
use crate::model::{EchoTarget, Preset};
use crate::remote::{Entry, Offer, Orders, PortState, Shelf, id_of};
use crate::store::settings::OrderSettings;
use crate::ui::settings_panel::{OrderRow, OrdersData, Page, PortLight};

/// Orders that the page lists.
const SHOWN: usize = 60;

/// The order port, and what it was last told.
pub(super) struct OrderDesk {
    pub orders: Orders,
    applied: OrderSettings,
}

impl OrderDesk {
    pub(super) fn start(ctx: &Context, engine: &Arc<Engine>, places: Places) -> std::io::Result<Self> {
        let ctx = ctx.clone();
        let wake = Arc::new(move || ctx.request_repaint_after_for(OUTPUT_FRAME, ViewportId::ROOT));
        let log_dir = places.logs_dir.clone();
        let orders = Orders::start(engine, Shelf::empty(), places, log_dir.as_deref(), wake)?;
        Ok(Self { orders, applied: OrderSettings::default() })
    }
}

impl App {
    /// Opens, closes or moves the port as the settings say now, and has what is ordered logged as they say.
    pub(super) fn apply_order_settings(&mut self) {
        self.desk.orders.set_places(self.places());
        let wanted = &self.settings.wanted.orders;
        if self.desk.applied != *wanted {
            self.desk.applied = wanted.clone();
            self.desk.orders.set(wanted);
        }
    }

    /// Opens the port once more; what kept it closed may be gone.
    pub(super) fn reopen_order_port(&mut self) {
        self.desk.applied = self.settings.wanted.orders.clone();
        self.desk.orders.set(&self.desk.applied);
    }

    /// Nothing is ordered any more, for the jobs are being stopped.
    pub(super) fn close_order_port(&mut self) {
        self.desk.applied = OrderSettings::default();
        self.desk.orders.set(&self.desk.applied);
    }

    /// Tells the desk which presets there are now, and shows the consoles of what it launched.
    pub(super) fn attend_orders(&mut self) {
        if self.desk.applied.on && self.opening != Opening::Loading && !self.offers_are_known() {
            let items = self.library.items.iter();
            let offers = items.map(|item| Offer {
                preset: item.draft.edited.in_show(&self.library.show.target),
                file: item.draft.path.clone(),
                real_file: self.library.real_file_of(item),
                dir: self.library.dir_of_item(item),
                names: self.library.names.clone(),
                tag: item.draft.key.0.to_string(),
            });
            self.desk.orders.shelf().put(offers.collect());
        }
        for job in self.desk.orders.take_launched() {
            self.open_console_of_launch(job);
        }
    }

    fn offers_are_known(&self) -> bool {
        let items = &self.library.items;
        self.desk.orders.shelf().last().is_some_and(|offers| {
            let pairs = || offers.iter().zip(items);
            offers.len() == items.len()
                && pairs().all(|(offer, item)| {
                    is_same(&offer.preset, &item.draft.edited, &self.library.show.target)
                        && offer.file == item.draft.path
                        && offer.names == self.library.names
                        && offer.tag.parse() == Ok(item.draft.key.0)
                })
        })
    }

    /// What the page of settings shows of the orders; nothing while it isn't open.
    pub(super) fn orders_data(&self) -> OrdersData {
        let is_open = self.shell.settings.is_open && self.shell.settings.page == Page::Orders;
        self.desk.orders.set_watched(is_open);
        if !is_open {
            return OrdersData::default();
        }
        let port = match self.desk.orders.state() {
            PortState::Off => PortLight::Off,
            PortState::Opening => PortLight::Opening,
            PortState::Failed(why) => PortLight::Failed(why),
            PortState::Listening(addresses) => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                PortLight::Listening(addresses.join(" and "))
            }
        };
        let open = self.selected.and_then(|key| self.library.get(key)).or_else(|| self.library.items.first());
        let example = open.map(|item| id_of(item.draft.path.as_deref(), &item.draft.edited));
        let rows: Vec<_> = self.desk.orders.recent(SHOWN).into_iter().map(row).collect();
        let log = self.desk.orders.log_path().filter(|_| !rows.is_empty()).map(Path::to_owned);
        OrdersData { port, rows, log, example: example.unwrap_or_else(|| "my-preset".to_owned()) }
    }
}

/// Whether an offer is still what the preset is; most go nowhere with the show, and needn't be copied to know.
fn is_same(offered: &Preset, edited: &Preset, show: &EchoTarget) -> bool {
    if edited.echo.to_show { *offered == edited.in_show(show) } else { offered == edited }
}

fn row(entry: Entry) -> OrderRow {
    OrderRow {
        time: clock_time(entry.at),
        sender: entry.sender.to_string(),
        order: entry.order,
        answer: entry.answer,
        is_done: entry.is_done,
        times: entry.times,
    }
}
