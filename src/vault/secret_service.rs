//! The Secret Service of a D-Bus session (GNOME Keyring, `KWallet`, `KeePassXC`), as a store of the keyring crate.
//!
//! Values cross the bus as they are: it is a socket that only this user can open, and whoever can listen on it can ask the
//! service as well. The crates for this encrypt them there, which takes two dozen more crates for the same. Items have the
//! attributes that these crates give them, so each finds what the other has kept.
//!
//! <https://specifications.freedesktop.org/secret-service-spec/latest/>

use std::any::Any;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, CredentialStore, Entry, Error, Result};
use zbus::export::futures_core::Stream;
use zbus::zvariant::{DynamicDeserialize, DynamicType, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Message, Proxy};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// What is handed over in the place of an object where there is none.
const NO_OBJECT: &str = "/";

/// Session, parameters, value and its kind.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);
type Attributes = HashMap<String, String>;

/// Connects. The connection ends with the store and its entries.
pub(super) fn open() -> Result<Arc<CredentialStore>> {
    Ok(Arc::new(Store(Arc::new(Service::open()?))))
}

struct Service {
    bus: Connection,
    session: OwnedObjectPath,
}

impl Service {
    fn open() -> Result<Self> {
        let opened = async {
            let bus = Connection::session().await?;
            let service = Proxy::new(&bus, NAME, PATH, SERVICE).await?;
            let plain = ("plain", Value::from(""));
            let (_, session): (OwnedValue, OwnedObjectPath) = service.call("OpenSession", &plain).await?;
            Ok((bus, session))
        };
        let (bus, session) = pollster::block_on(opened).map_err(failed)?;
        Ok(Self { bus, session })
    }

    fn call<A, R>(&self, path: &str, interface: &str, method: &str, args: &A) -> Result<R>
    where
        A: serde::Serialize + DynamicType,
        R: for<'d> DynamicDeserialize<'d>,
    {
        let called = async { Proxy::new(&self.bus, NAME, path, interface).await?.call(method, args).await };
        pollster::block_on(called).map_err(failed)
    }

    /// The items with these attributes. Those that are locked are unlocked, for which the service may ask a person.
    fn find(&self, attributes: &Attributes) -> Result<Vec<OwnedObjectPath>> {
        let (mut found, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            self.call(PATH, SERVICE, "SearchItems", &(attributes,))?;
        if !locked.is_empty() {
            self.unlock(&locked)?;
            found.extend(locked);
        }
        Ok(found)
    }

    fn unlock(&self, objects: &[OwnedObjectPath]) -> Result<()> {
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = self.call(PATH, SERVICE, "Unlock", &(objects,))?;
        self.answer(&prompt)
    }

    /// Has the service ask a person what it must, and waits for that.
    fn answer(&self, prompt: &OwnedObjectPath) -> Result<()> {
        if prompt.as_str() == NO_OBJECT {
            return Ok(());
        }
        let answered = async {
            let prompt = Proxy::new(&self.bus, NAME, prompt.as_str(), PROMPT).await?;
            let mut completed = prompt.receive_signal("Completed").await?;
            prompt.call::<_, _, ()>("Prompt", &("",)).await?;
            let signal: Option<Message> =
                std::future::poll_fn(|cx| Stream::poll_next(Pin::new(&mut completed), cx)).await;
            let Some(signal) = signal else { return Ok(true) };
            let (is_dismissed, _): (bool, OwnedValue) = signal.body().deserialize()?;
            Ok(is_dismissed)
        };
        if pollster::block_on(answered).map_err(failed)? {
            return Err(Error::NoStorageAccess("the question for its password was dismissed".into()));
        }
        Ok(())
    }

    /// Where new items go: the collection that is the user's default.
    fn collection(&self) -> Result<OwnedObjectPath> {
        let path: OwnedObjectPath = self.call(PATH, SERVICE, "ReadAlias", &("default",))?;
        if path.as_str() == NO_OBJECT {
            let why = "it has no default collection; make one with the system's own tool for passwords";
            return Err(Error::NoStorageAccess(why.into()));
        }
        self.unlock(std::slice::from_ref(&path))?;
        Ok(path)
    }

    fn create(&self, attributes: &Attributes, label: &str, value: &[u8]) -> Result<()> {
        let collection = self.collection()?;
        let properties: HashMap<&str, Value<'_>> = HashMap::from([
            ("org.freedesktop.Secret.Item.Label", Value::from(label)),
            ("org.freedesktop.Secret.Item.Attributes", Value::from(attributes.clone())),
        ]);
        let args = (properties, self.secret(value), true);
        let (_, prompt): (OwnedObjectPath, OwnedObjectPath) =
            self.call(collection.as_str(), COLLECTION, "CreateItem", &args)?;
        self.answer(&prompt)
    }

    fn secret(&self, value: &[u8]) -> Secret {
        (self.session.clone(), Vec::new(), value.to_vec(), "text/plain; charset=utf-8".to_owned())
    }
}

/// What the bus says, and whether it is a matter of a locked keyring.
fn failed(error: zbus::Error) -> Error {
    let is_locked = matches!(&error, zbus::Error::MethodError(name, ..) if name.ends_with(".IsLocked"));
    if is_locked { Error::NoStorageAccess(Box::new(error)) } else { Error::PlatformFailure(Box::new(error)) }
}

struct Store(Arc<Service>);

impl CredentialStoreApi for Store {
    fn vendor(&self) -> String {
        "Secret Service".to_owned()
    }

    fn id(&self) -> String {
        self.0.session.to_string()
    }

    fn build(&self, service: &str, user: &str, _modifiers: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        let (service, user) = (service.to_owned(), user.to_owned());
        Ok(Entry::new_with_credential(Arc::new(Item { of: Arc::clone(&self.0), service, user })))
    }

    fn search(&self, spec: &HashMap<&str, &str>) -> Result<Vec<Entry>> {
        let wanted = spec.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut entries = Vec::new();
        for path in self.0.find(&wanted)? {
            let get = ("org.freedesktop.Secret.Item", "Attributes");
            let properties = "org.freedesktop.DBus.Properties";
            let value: OwnedValue = self.0.call(path.as_str(), properties, "Get", &get)?;
            // What somebody else keeps otherwise is none of ours.
            let Ok(mut attributes) = Attributes::try_from(value) else { continue };
            if let (Some(service), Some(user)) = (attributes.remove("service"), attributes.remove("username")) {
                entries.push(Entry::new_with_credential(Arc::new(Item { of: Arc::clone(&self.0), service, user })));
            }
        }
        Ok(entries)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret Service")
    }
}

/// What is kept under a name, whether it is there or not.
struct Item {
    of: Arc<Service>,
    service: String,
    user: String,
}

impl Item {
    fn attributes(&self) -> Attributes {
        let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        HashMap::from([attribute("service", &self.service), attribute("username", &self.user)])
    }

    /// The one that is there.
    fn find(&self) -> Result<OwnedObjectPath> {
        let mut found = self.of.find(&self.attributes())?;
        match (found.pop(), found.is_empty()) {
            (None, _) => Err(Error::NoEntry),
            (Some(path), true) => Ok(path),
            (Some(_), false) => Err(Error::Ambiguous(Vec::new())),
        }
    }
}

impl CredentialApi for Item {
    fn set_secret(&self, value: &[u8]) -> Result<()> {
        match self.find() {
            Ok(path) => self.of.call(path.as_str(), ITEM, "SetSecret", &(self.of.secret(value),)),
            Err(Error::NoEntry) => {
                let label = format!("{}: {}", self.service, self.user);
                self.of.create(&self.attributes(), &label, value)
            }
            Err(error) => Err(error),
        }
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        let path = self.find()?;
        let (_, _, value, _): Secret = self.of.call(path.as_str(), ITEM, "GetSecret", &(&self.of.session,))?;
        Ok(value)
    }

    fn delete_credential(&self) -> Result<()> {
        let path = self.find()?;
        let prompt: OwnedObjectPath = self.of.call(path.as_str(), ITEM, "Delete", &())?;
        self.of.answer(&prompt)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        self.find().map(|_| None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some((self.service.clone(), self.user.clone()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Item").field("service", &self.service).field("user", &self.user).finish()
    }
}
