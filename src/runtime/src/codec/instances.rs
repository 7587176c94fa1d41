//! Where the objects of a Python class keep their attributes, so that they are read and filled as the interpreter's own
//! specialised instructions do it.
//!
//! In: a class, the names of its fields, and an object of it. Out: values without a lookup, and new objects without a call
//! of `__setattr__` for each field. What holds: places are only known for names whose attribute is in the object (inline values,
//! or slots), and only count while nothing about the class has changed since (its version says so); what was found for
//! the first object must be what Python finds. Whatever is not as expected there is "ask Python", never a guess.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::objects::owned;
use super::rejection::Decoded;

unsafe extern "C" {
    /// Gives the type a version if it has none and there are any left.
    fn PyUnstable_Type_AssignVersionTag(class: *mut ffi::PyTypeObject) -> std::ffi::c_int;
}

/// `Py_TPFLAGS_INLINE_VALUES`: objects have room for attributes behind themselves.
const INLINE_VALUES: u64 = 1 << 2;

/// How many objects are looked at before a class is taken for one whose places are not to be known.
const TRIES: u8 = 16;

/// The beginning of CPython's `_dictkeysobject`, on the free-threaded build.
#[repr(C)]
struct Keys {
    references: isize,
    log2_size: u8,
    log2_index_bytes: u8,
    kind: u8,
    mutex: u8,
    version: u32,
    usable: isize,
    entries: AtomicUsize,
    // The index follows, then the entries.
}

/// `DICT_KEYS_SPLIT`: the names of attributes that objects of a class share.
const SPLIT: u8 = 2;

/// `PyDictUnicodeEntry`
#[repr(C)]
struct Entry {
    key: AtomicPtr<ffi::PyObject>,
    value: *mut ffi::PyObject,
}

/// CPython's `_dictvalues`; the values follow, then a byte for each: the order in which they came.
#[repr(C)]
struct Values {
    capacity: u8,
    size: AtomicU8,
    embedded: u8,
    valid: AtomicU8,
    values: [AtomicPtr<ffi::PyObject>; 0],
}

/// Where an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Among the inline values.
    Inline(u8),
    /// This far behind the object's beginning.
    Slot(isize),
}

/// The places of a class's fields.
#[derive(Debug)]
struct Places {
    version: u32,
    /// Where inline values begin.
    size: isize,
    all: Box<[Place]>,
    /// What inline values must at least have room for.
    room: u8,
    /// Defaults in the class that would come before its objects' attributes if their own class got a `__set__`.
    watched: Box<[Watched]>,
}

/// An object and what its class was.
#[derive(Debug)]
struct Watched {
    value: Py<PyAny>,
    class: *mut ffi::PyTypeObject,
    version: u32,
}

// SAFETY: the address is only compared.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    /// None if nothing says whether the class has changed.
    fn new(value: &Bound<'_, PyAny>) -> Option<Watched> {
        let class = value.get_type_ptr();
        Some(Watched {
            version: assigned_version(class)?,
            value: value.clone().unbind(),
            class,
        })
    }

    fn is_unchanged(&self) -> bool {
        // SAFETY: a live object, whose class is alive.
        let class = unsafe { ffi::Py_TYPE(self.value.as_ptr()) };
        class == self.class && version(class) == self.version
    }
}

/// What is known of the objects of a class.
#[derive(Debug)]
pub(crate) struct Instances {
    class: Py<PyType>,
    names: Vec<Py<PyString>>,
    tries: AtomicU8,
    places: OnceLock<Places>,
}

/// The version of a class: another one after every change of it or of its bases.
pub(crate) fn version(class: *mut ffi::PyTypeObject) -> u32 {
    // SAFETY: a live class; the interpreter writes this field atomically, too.
    unsafe { AtomicU32::from_ptr(&raw mut (*class).tp_version_tag) }.load(Ordering::Relaxed)
}

/// The version of a class, which gets one if it has none.
pub(crate) fn assigned_version(class: *mut ffi::PyTypeObject) -> Option<u32> {
    // SAFETY: a live class; callers are attached.
    (unsafe { PyUnstable_Type_AssignVersionTag(class) } == 1)
        .then(|| version(class))
        .filter(|it| *it != 0)
}

/// The place of an object slot, from its descriptor, in objects of a class; none if the descriptor is of a class that
/// this one does not have for a base (`x = A.__dict__["x"]`): objects need not even be as large as those of that one.
pub(crate) fn slot(class: &Bound<'_, PyType>, descriptor: &Bound<'_, PyAny>) -> Option<isize> {
    // SAFETY: a comparison of addresses; then a live object of that type, whose member is alive as long as its class.
    unsafe {
        if descriptor.get_type_ptr() != &raw mut ffi::PyMemberDescr_Type {
            return None;
        }
        let descriptor = descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>();
        let owner = (*descriptor).d_common.d_type;
        if ffi::PyType_IsSubtype(class.as_type_ptr(), owner) == 0 {
            return None;
        }
        let member = (*descriptor).d_member;
        ((*member).type_code == ffi::Py_T_OBJECT_EX).then_some((*member).offset)
    }
}

/// As the interpreter tells threads apart (`_Py_ThreadId`); 0, which no object's owner has, where this is not known.
#[inline(always)]
fn thread() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let id: usize;
        // SAFETY: the thread's own pointer to itself, as the platform's ABI has it.
        unsafe {
            std::arch::asm!("mov {}, fs:0", out(reg) id, options(nostack, preserves_flags, readonly))
        };
        id
    }
    #[cfg(target_arch = "aarch64")]
    {
        let id: usize;
        // SAFETY: reads the thread pointer.
        unsafe {
            std::arch::asm!("mrs {}, tpidr_el0", out(reg) id, options(nostack, preserves_flags, nomem))
        };
        id
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    0
}

/// Takes a reference if the object is this thread's own or immortal: of all others, some other thread may just give up
/// the last one.
///
/// # Safety
///
/// The object must have been read from a place that holds a reference, by a thread that has been attached since.
#[inline(always)]
unsafe fn taken(object: *mut ffi::PyObject) -> bool {
    // SAFETY: memory of objects stays readable until all attached threads have gone on. Only its owner writes the
    // local count, and it cannot have freed the object meanwhile.
    unsafe {
        let count = &(*object).ob_ref_local;
        let more = count.load(Ordering::Relaxed).wrapping_add(1);
        if more == 0 {
            return true;
        }
        let owner = AtomicUsize::from_ptr(&raw mut (*object).ob_tid).load(Ordering::Relaxed);
        let is_own = owner == thread() && owner != 0;
        if is_own {
            count.store(more, Ordering::Relaxed);
        }
        is_own
    }
}

impl Instances {
    /// Of a class and its fields, of which nothing is known yet.
    pub(crate) fn new(class: &Bound<'_, PyType>, names: Vec<Py<PyString>>) -> Instances {
        Instances {
            class: class.clone().unbind(),
            names,
            tries: AtomicU8::new(0),
            places: OnceLock::new(),
        }
    }

    /// The class.
    pub(super) fn class<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.class.bind(py)
    }

    fn raw(&self) -> *mut ffi::PyTypeObject {
        self.class.as_ptr().cast()
    }

    /// The places, if they are known and the class is what it was.
    #[inline]
    fn known(&self) -> Option<&Places> {
        self.places.get().filter(|it| {
            it.version == version(self.raw()) && it.watched.iter().all(Watched::is_unchanged)
        })
    }

    /// Learns the places from an object of exactly this class that Python has made.
    pub(crate) fn learn(&self, object: &Bound<'_, PyAny>) {
        if self.places.get().is_some() || self.tries.load(Ordering::Relaxed) >= TRIES {
            return;
        }
        self.tries.fetch_add(1, Ordering::Relaxed);
        let py = object.py();
        match self.found(py) {
            Ok(Some(places)) if self.agrees(&places, object) => {
                // Another thread has found the same.
                let _ = self.places.set(places);
            }
            Ok(_) => {}
            // A class that cannot be looked at is asked as usual.
            Err(_) => self.tries.store(TRIES, Ordering::Relaxed),
        }
    }

    fn found(&self, py: Python<'_>) -> PyResult<Option<Places>> {
        let class = self.raw();
        // SAFETY: the fields of a live class.
        let (flags, size, reads, is_plain) = unsafe {
            (
                (*class).tp_flags.load(Ordering::Relaxed),
                (*class).tp_basicsize,
                (*class).tp_getattro.map(|it| it as *const ()),
                // An object that is not filled after all must not be heard of.
                (*class).tp_itemsize == 0 && (*class).tp_finalize.is_none(),
            )
        };
        let usual = ffi::PyObject_GenericGetAttr as *const ();
        if flags & ffi::Py_TPFLAGS_HEAPTYPE == 0 || reads != Some(usual) || !is_plain {
            return Ok(None);
        }
        // Before the class is looked at: a change meanwhile makes another.
        let Some(version) = assigned_version(class) else {
            return Ok(None);
        };
        let mut all = Vec::with_capacity(self.names.len());
        let mut watched = Vec::new();
        for name in &self.names {
            let found = attribute(self.class.bind(py), name.bind(py))?;
            // Before the object is looked at, as above.
            if let Some(value) = found.as_ref().filter(|it| is_of_changeable_class(it)) {
                let Some(one) = Watched::new(value) else {
                    return Ok(None);
                };
                watched.push(one);
            }
            let place = match &found {
                Some(descriptor) if is_data_descriptor(descriptor) => {
                    // Else a property or the like.
                    slot(self.class.bind(py), descriptor).map(Place::Slot)
                }
                // A default, or nothing.
                _ if flags & INLINE_VALUES != 0 => self.inline(name).map(Place::Inline),
                _ => None,
            };
            match place {
                Some(place) => all.push(place),
                None => return Ok(None),
            }
        }
        let room = all.iter().map(|place| match place {
            Place::Inline(at) => at + 1,
            Place::Slot(_) => 0,
        });
        Ok(Some(Places {
            version,
            size,
            room: room.max().unwrap_or(0),
            all: all.into(),
            watched: watched.into(),
        }))
    }

    /// The position of a name among those that the objects of the class share.
    fn inline(&self, name: &Py<PyString>) -> Option<u8> {
        // SAFETY: a live class with inline values has such keys as long as it lives; entries are only ever added, the name
        // before the count. Names of attributes are interned.
        unsafe {
            let keys: *const Keys = (*self.raw().cast::<ffi::PyHeapTypeObject>())
                .ht_cached_keys
                .cast();
            if keys.is_null() || (*keys).kind != SPLIT || (*keys).log2_index_bytes > 8 {
                return None;
            }
            let index = 1_usize << (*keys).log2_index_bytes;
            let entries: *const Entry = keys.add(1).byte_add(index).cast();
            let count = (*keys).entries.load(Ordering::Acquire).min(254);
            (0..count)
                .find(|at| (*entries.add(*at)).key.load(Ordering::Acquire) == name.as_ptr())
                .and_then(|at| u8::try_from(at).ok())
        }
    }

    /// Whether what is at the places is what Python finds.
    fn agrees(&self, places: &Places, object: &Bound<'_, PyAny>) -> bool {
        let names = self.names.iter().map(|name| name.bind(object.py()));
        object.get_type_ptr() == self.raw()
            && names.zip(&places.all).all(|(name, place)| {
                // SAFETY: an object of the class that the places are of.
                let here = unsafe { places.holder(object.as_ptr(), *place) };
                // Python is only asked for what is there, as it may run code for what is not.
                here.map(|it| it.load(Ordering::Acquire))
                    .filter(|it| !it.is_null())
                    .is_some_and(|it| object.getattr(name).is_ok_and(|value| value.as_ptr() == it))
            })
    }

    /// A reader of an object of exactly this class.
    #[inline]
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader(self.known())
    }

    /// A new object with these values, of a class whose `__new__` is `object.__new__`; none, and the values left, where places are not known.
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        values: &mut [Option<Bound<'py, PyAny>>],
    ) -> Option<Decoded<Bound<'py, PyAny>>> {
        let places = self.known()?;
        let class = self.raw();
        if values.len() != places.all.len() || values.iter().any(Option::is_none) {
            return None;
        }
        // SAFETY: a live class that can be instantiated; nobody else knows the new object before it is given back.
        unsafe {
            let allocate = (*class).tp_alloc?;
            let made = match owned(py, allocate(class, 0)) {
                Ok(made) => made,
                Err(failure) => return Some(Err(failure)),
            };
            if places.room > 0 {
                let inline: *mut Values = made.as_ptr().byte_offset(places.size).cast();
                // The room is for the names that were known by then: at least those of the places.
                if (*inline).capacity < places.room {
                    return None;
                }
                let order: *mut u8 = (&raw mut (*inline).values)
                    .cast::<*mut ffi::PyObject>()
                    .add((*inline).capacity as usize)
                    .cast();
                let mut count = 0;
                for place in &places.all {
                    if let Place::Inline(at) = place {
                        *order.add(count as usize) = *at;
                        count += 1;
                    }
                }
                (*inline).size.store(count, Ordering::Relaxed);
            }
            for (value, place) in values.iter_mut().zip(&places.all) {
                if let (Some(value), Some(holder)) =
                    (value.take(), places.holder(made.as_ptr(), *place))
                {
                    holder.store(value.into_ptr(), Ordering::Release);
                }
            }
            Some(Ok(made))
        }
    }
}

impl Places {
    /// What holds an attribute of an object; none if the object has given its inline values up.
    ///
    /// # Safety
    ///
    /// The object must be of the class that the places are of, and alive as long as what is given back.
    #[inline(always)]
    unsafe fn holder<'a>(
        &self,
        object: *mut ffi::PyObject,
        place: Place,
    ) -> Option<&'a AtomicPtr<ffi::PyObject>> {
        // SAFETY: the caller's promise; an object of a class with inline values has them behind it.
        unsafe {
            match place {
                Place::Inline(at) => {
                    let values: *mut Values = object.byte_offset(self.size).cast();
                    if (*values).valid.load(Ordering::Acquire) == 0 || at >= (*values).capacity {
                        return None;
                    }
                    let first: *mut AtomicPtr<ffi::PyObject> = (&raw mut (*values).values).cast();
                    Some(&*first.add(at as usize))
                }
                Place::Slot(offset) => Some(&*object.byte_offset(offset).cast()),
            }
        }
    }
}

/// Reads the attributes of objects of one class.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(Option<&'a Places>);

impl Reader<'_> {
    /// The value of the field at a position, as `getattr` gives it, of an object of exactly the class.
    #[inline(always)]
    pub(crate) fn read<'py>(
        self,
        object: &Bound<'py, PyAny>,
        at: usize,
        name: &Py<PyString>,
    ) -> Decoded<Bound<'py, PyAny>> {
        if let Some(value) = self.at_once(object, at) {
            return Ok(value);
        }
        // SAFETY: both are valid objects.
        owned(object.py(), unsafe {
            ffi::PyObject_GetAttr(object.as_ptr(), name.as_ptr())
        })
    }

    /// The same, but none for what Python has to be asked.
    #[inline(always)]
    pub(crate) fn at_once<'py>(
        self,
        object: &Bound<'py, PyAny>,
        at: usize,
    ) -> Option<Bound<'py, PyAny>> {
        let places = self.0?;
        // SAFETY: the caller's promise: an object of the class; this thread is attached while it reads.
        unsafe {
            let holder = places.holder(object.as_ptr(), *places.all.get(at)?)?;
            let value = holder.load(Ordering::Acquire);
            (!value.is_null() && taken(value)).then(|| Bound::from_owned_ptr(object.py(), value))
        }
    }
}

/// What a class and its bases have under a name, as it lies there.
fn attribute<'py>(
    class: &Bound<'py, PyType>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    for each in class.mro().iter() {
        let each = each.cast_into::<PyType>()?;
        // SAFETY: a live class; a new reference to its dict.
        let dict = unsafe {
            Bound::from_owned_ptr_or_err(class.py(), ffi::PyType_GetDict(each.as_type_ptr()))
        }?;
        if let Some(found) = dict.cast_into::<PyDict>()?.get_item(name)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether the class of an object may get other methods.
fn is_of_changeable_class(value: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the type of a live object.
    let flags = unsafe { (*value.get_type_ptr()).tp_flags.load(Ordering::Relaxed) };
    flags & ffi::Py_TPFLAGS_IMMUTABLETYPE == 0
}

/// Whether an attribute of a class comes before those of its objects.
fn is_data_descriptor(value: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the type of a live object.
    unsafe { (*value.get_type_ptr()).tp_descr_set.is_some() }
}
