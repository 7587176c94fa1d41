//! Where in a document a value stands: a list on the stack, innermost first, copied only when a value is rejected.
//!
//! The layout is the contract's `Place`, so C decoders and the table-driven one build the same list. A null pointer
//! is the whole parameter.

pub use tayberry_abi::Place;

/// The whole parameter.
pub const WHOLE: *const Place = std::ptr::null();

/// The value under `key` of the object at `parent`.
///
/// The caller keeps `parent` and the key's bytes alive while the place is in use.
pub fn keyed(parent: *const Place, key: &[u8]) -> Place {
    Place {
        parent,
        key: key.as_ptr(),
        length: key.len(),
    }
}

/// The value at `index` of the array at `parent`.
pub fn indexed(parent: *const Place, index: usize) -> Place {
    Place {
        parent,
        key: std::ptr::null(),
        length: index,
    }
}

/// One step of a copied place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An index of an array.
    Index(usize),
}

/// Copies a place, outermost step first, behind a step of its own if there is one.
///
/// # Safety
/// `place` and every parent of it are null or valid, and their keys point at `length` readable bytes.
pub unsafe fn steps(first: Option<Step>, mut place: *const Place) -> Vec<Step> {
    // Few places are deeper.
    let mut steps = Vec::with_capacity(4);
    while !place.is_null() {
        // SAFETY: by this function's contract.
        let each = unsafe { &*place };
        steps.push(if each.key.is_null() {
            Step::Index(each.length)
        } else {
            // SAFETY: by this function's contract.
            let key = unsafe { std::slice::from_raw_parts(each.key, each.length) };
            Step::Key(String::from_utf8_lossy(key).into_owned())
        });
        place = each.parent;
    }
    steps.extend(first);
    steps.reverse();
    steps
}
