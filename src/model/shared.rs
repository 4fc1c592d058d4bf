//! A value that its copies share until one of them is changed: copies that are alike are told so at a glance.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// As its value in every way, but that a copy costs next to nothing, and to compare copies too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared<T>(Arc<T>);

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_its_own_as_soon_as_it_is_changed() {
        let one = Shared::from(vec![1, 2]);
        let mut other = one.clone();
        assert!(one == other && Arc::ptr_eq(&one.0, &other.0));
        other.push(3);
        assert_eq!((one.len(), other.len()), (2, 3));
        assert_ne!(one, other);
        other.pop();
        assert_eq!(one, other, "by value, whoever holds it");
    }

    #[test]
    fn files_know_nothing_of_it() {
        let text = ron::to_string(&Shared::from(vec![1, 2])).unwrap();
        assert_eq!(text, ron::to_string(&vec![1, 2]).unwrap());
        assert_eq!(ron::from_str::<Shared<Vec<i32>>>(&text).unwrap(), Shared::from(vec![1, 2]));
    }
}
