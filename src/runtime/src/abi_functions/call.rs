//! One call of a compiled handler: filling its argument slots, invoking it, taking its result.
//!
//! In: a registered handler, then for each parameter a text, JSON or an object. Out: the result, to be written as JSON
//! or made an object. What holds: slots are filled at most once and released exactly once: by the handler when it is
//! invoked, else when the call is dropped; a result that is not taken is released.

use crate::codec::objects::owned;
use crate::codec::{Decoded, Failure, Reader};
use pyo3::ffi;
use pyo3::prelude::*;
use std::ffi::c_void;
use tayberry_abi::{Buffer, FATAL, Handler, INVALID, OK, Parameter, Slice, WAITING};

/// How many parameters a handler may have to be called this way.
pub const PARAMETERS: u32 = 128;

/// Memory for slots, aligned to 16: on the stack for most handlers, so that a call allocates nothing.
#[allow(clippy::large_enum_variant)]
enum Slots {
    Inside([u128; 16]),
    Outside(Box<[u128]>),
}

impl Slots {
    fn new(bytes: u32) -> Slots {
        let words = bytes.div_ceil(16) as usize;
        if words <= 16 {
            return Slots::Inside([0; 16]);
        }
        Slots::Outside(vec![0; words].into_boxed_slice())
    }

    fn pointer(&mut self) -> *mut c_void {
        match self {
            Slots::Inside(words) => words.as_mut_ptr().cast(),
            Slots::Outside(words) => words.as_mut_ptr().cast(),
        }
    }
}

/// A call whose arguments are being filled.
pub struct Call<'py> {
    py: Python<'py>,
    handler: &'static Handler,
    slots: Slots,
    filled: u128,
}

impl<'py> Call<'py> {
    /// A call with empty slots; none if the handler has too many parameters.
    pub fn new(py: Python<'py>, handler: &'static Handler) -> Option<Call<'py>> {
        let slots = Slots::new(handler.arguments_size);
        (handler.parameter_count <= PARAMETERS).then_some(Call {
            py,
            handler,
            slots,
            filled: 0,
        })
    }

    /// The parameters, in the order of the signature.
    pub fn parameters(&self) -> &'static [Parameter] {
        parameters(self.handler)
    }

    /// Fills a slot from the texts given under the parameter's name (at least one). `Failure::Raised` with a
    /// `SystemError` if the parameter has no text form.
    pub fn text(&mut self, index: usize, reader: &mut Reader<'_>, texts: &[&[u8]]) -> Decoded<()> {
        let Some(decode) = self.parameters()[index].from_text else {
            return Err(self.no_form());
        };
        let slice = |text: &&[u8]| Slice {
            data: text.as_ptr(),
            length: text.len(),
        };
        let slot = self.slot(index);
        let reader = std::ptr::from_mut(reader).cast();
        // SAFETY: the reader and the slices live through the call; the slot is the parameter's, and empty.
        let status = unsafe {
            match texts {
                [one] => decode(reader, std::ptr::null(), &slice(one), 1, slot),
                all => {
                    let slices: Vec<Slice> = all.iter().map(slice).collect();
                    decode(
                        reader,
                        std::ptr::null(),
                        slices.as_ptr(),
                        slices.len(),
                        slot,
                    )
                }
            }
        };
        self.decoded(index, status)
    }

    /// Fills a slot from the document that the reader has opened, read to its end.
    pub fn json(&mut self, index: usize, reader: &mut Reader<'_>) -> Decoded<()> {
        let Some(decode) = self.parameters()[index].from_json else {
            return Err(self.no_form());
        };
        let slot = self.slot(index);
        // SAFETY: the reader lives through the call; the slot is the parameter's, and empty.
        let status = unsafe { decode(std::ptr::from_mut(reader).cast(), std::ptr::null(), slot) };
        let value = self.decoded(index, status);
        if !matches!(value, Err(Failure::Fatal | Failure::Raised)) {
            reader.finish()?;
        }
        value
    }

    /// Fills a slot from a Python object: a default, or something injected.
    pub fn object(&mut self, index: usize, value: &Bound<'py, PyAny>) -> Decoded<()> {
        let Some(convert) = self.parameters()[index].from_object else {
            return Err(self.no_form());
        };
        let slot = self.slot(index);
        // SAFETY: the object is borrowed through the call; the slot is the parameter's, and empty.
        let status = unsafe { convert(value.as_ptr().cast(), slot) };
        self.decoded(index, status)
    }

    /// Calls the handler. Every slot must have been filled.
    pub fn invoke(mut self) -> Decoded<Returned<'py>> {
        let (Some(invoke), true) = (self.handler.invoke, self.is_filled()) else {
            return Err(self.no_form());
        };
        let mut result = Slots::new(self.handler.result_size);
        // The handler consumes the slots, whether it fails or not.
        self.filled = 0;
        // SAFETY: all argument slots are filled; the result has room.
        let status = unsafe { invoke(self.slots.pointer(), result.pointer()) };
        if status == WAITING {
            // SAFETY: the slot holds a new reference to the coroutine, which nobody here can resume.
            drop(owned(self.py, unsafe {
                result.pointer().cast::<*mut ffi::PyObject>().read()
            })?);
            return Err(self.no_form());
        }
        if status != OK {
            return Err(Failure::Raised);
        }
        Ok(Returned {
            py: self.py,
            handler: self.handler,
            slot: Some(result),
        })
    }

    fn is_filled(&self) -> bool {
        self.filled.count_ones() == self.handler.parameter_count
    }

    fn slot(&mut self, index: usize) -> *mut c_void {
        let offset = self.parameters()[index].offset as usize;
        self.release(index);
        // SAFETY: by the contract the offset is within `arguments_size`.
        unsafe { self.slots.pointer().cast::<u8>().add(offset).cast() }
    }

    fn decoded(&mut self, index: usize, status: i32) -> Decoded<()> {
        match status {
            OK => {
                self.filled |= 1 << index;
                Ok(())
            }
            INVALID => Err(Failure::Invalid),
            FATAL => Err(Failure::Fatal),
            _ => Err(Failure::Raised),
        }
    }

    fn release(&mut self, index: usize) {
        if self.filled & (1 << index) == 0 {
            return;
        }
        self.filled &= !(1 << index);
        let parameter = &parameters(self.handler)[index];
        if let Some(drop) = parameter.drop {
            // SAFETY: the slot is filled, and counted as empty from here on.
            unsafe {
                drop(
                    self.slots
                        .pointer()
                        .cast::<u8>()
                        .add(parameter.offset as usize)
                        .cast(),
                )
            };
        }
    }

    fn no_form(&self) -> Failure {
        // SAFETY: the thread is attached.
        unsafe {
            ffi::PyErr_SetString(
                ffi::PyExc_SystemError,
                c"an argument of a compiled handler cannot be filled".as_ptr(),
            )
        };
        Failure::Raised
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.filled != 0 {
            for index in 0..self.handler.parameter_count as usize {
                self.release(index);
            }
        }
    }
}

/// What a handler returned.
pub struct Returned<'py> {
    py: Python<'py>,
    handler: &'static Handler,
    slot: Option<Slots>,
}

impl<'py> Returned<'py> {
    /// Appends the result as JSON; an encoder that the handler lacks is made up for by the object's own form.
    pub fn encode(mut self, out: &mut Buffer) -> Decoded<()> {
        let Some(encode) = self.handler.encode else {
            let object = self.object()?;
            return crate::codec::encode::encode(object.py(), out, &object);
        };
        let Some(mut slot) = self.slot.take() else {
            return Err(Failure::Raised);
        };
        // SAFETY: the slot holds the result, which the encoder consumes.
        let status = unsafe { encode(out, slot.pointer()) };
        if status == OK {
            Ok(())
        } else {
            Err(Failure::Raised)
        }
    }

    /// The result as an object.
    pub fn object(mut self) -> Decoded<Bound<'py, PyAny>> {
        let py = self.py;
        self.take(py)
    }

    fn take(&mut self, py: Python<'py>) -> Decoded<Bound<'py, PyAny>> {
        let (Some(mut slot), Some(result_object)) = (self.slot.take(), self.handler.result_object)
        else {
            return Err(Failure::Raised);
        };
        // SAFETY: the slot holds the result, which the function consumes.
        owned(py, unsafe { result_object(slot.pointer()) }.cast())
    }
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        if self.slot.is_some() && self.take(self.py).is_err() {
            // SAFETY: the thread is attached; what could not be made an object is lost without harm.
            unsafe { ffi::PyErr_Clear() };
        }
    }
}

fn parameters(handler: &'static Handler) -> &'static [Parameter] {
    if handler.parameter_count == 0 {
        return &[];
    }
    // SAFETY: by the contract: as many parameters as it says, static like the handler.
    unsafe { std::slice::from_raw_parts(handler.parameters, handler.parameter_count as usize) }
}
