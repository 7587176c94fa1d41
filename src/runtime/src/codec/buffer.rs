//! The output buffer that C and Rust append to (`tb_buffer` of the contract).
//!
//! What holds: `data`, `length` and `capacity` are always the parts of one `Vec<u8>`, whoever appended last. Each thread
//! keeps the memory of the last buffer that it let go of for the next one, so that what is written grows in place.

use std::cell::Cell;

use super::write::Sink;
use tayberry_abi::Buffer;

/// Bytes of memory that a thread keeps at most.
const KEPT: usize = 64 << 10;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An owned buffer.
#[derive(Debug)]
pub struct Output(Buffer);

impl Default for Output {
    /// An empty buffer, in the thread's spare memory if that is not in use.
    fn default() -> Output {
        let mut spare = SPARE.try_with(Cell::take).unwrap_or_default();
        spare.clear();
        Output::from(spare)
    }
}

impl Output {
    /// What C functions take.
    pub fn buffer(&mut self) -> &mut Buffer {
        &mut self.0
    }

    /// The bytes so far.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the parts are those of a `Vec<u8>`, whose first `length` bytes are initialised.
        unsafe { std::slice::from_raw_parts(self.0.data, self.0.length) }
    }

    /// The bytes, in a vector of just their size unless they are many.
    pub fn into_vec(self) -> Vec<u8> {
        if self.0.capacity <= KEPT {
            return self.bytes().to_vec();
        }
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: as in `Drop`, which does not run.
        unsafe { Vec::from_raw_parts(this.0.data, this.0.length, this.0.capacity) }
    }
}

impl From<Vec<u8>> for Output {
    fn from(vec: Vec<u8>) -> Output {
        let mut vec = std::mem::ManuallyDrop::new(vec);
        Output(Buffer {
            data: vec.as_mut_ptr(),
            length: vec.len(),
            capacity: vec.capacity(),
            depth: 0,
        })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: the parts are those of one `Vec<u8>`, which this value owns.
        let memory = unsafe { Vec::from_raw_parts(self.0.data, self.0.length, self.0.capacity) };
        if (1..=KEPT).contains(&memory.capacity()) {
            // A thread that ends has no spare memory any more.
            let _ = SPARE.try_with(|spare| spare.set(memory));
        }
    }
}

// SAFETY: the buffer is plain memory owned by this value alone.
unsafe impl Send for Output {}

/// Makes room for at least `extra` more bytes.
///
/// # Safety
/// `buffer` holds the parts of a `Vec<u8>` (it comes from an `Output`).
#[cold]
pub unsafe fn grow(buffer: &mut Buffer, extra: usize) {
    // SAFETY: by this function's contract.
    let vec = unsafe { Vec::from_raw_parts(buffer.data, buffer.length, buffer.capacity) };
    let mut vec = std::mem::ManuallyDrop::new(vec);
    vec.reserve(extra);
    *buffer = Buffer {
        data: vec.as_mut_ptr(),
        length: vec.len(),
        capacity: vec.capacity(),
        depth: buffer.depth,
    };
}

impl Sink for Buffer {
    #[inline]
    fn append(&mut self, bytes: &[u8]) {
        if self.capacity - self.length < bytes.len() {
            // SAFETY: every `Buffer` in this process is the inside of an `Output`.
            unsafe { grow(self, bytes.len()) };
        }
        // SAFETY: there is room behind the first `length` bytes, and `bytes` cannot overlap memory that is not its own.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.data.add(self.length), bytes.len())
        };
        self.length += bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_grows_as_it_is_filled() {
        let mut output = Output::from(Vec::new());
        for each in 0..1000u32 {
            output.buffer().append(each.to_string().as_bytes());
        }
        assert_eq!(output.bytes().len(), 10 + 180 + 2700);
        assert!(output.into_vec().starts_with(b"0123456789101112"));
    }

    #[test]
    fn memory_is_kept_for_the_next_buffer_and_never_shared() {
        let mut first = Output::default();
        first.buffer().append(&[b'a'; 5000]);
        let at = first.bytes().as_ptr();
        let mut other = Output::default();
        other.buffer().append(b"other");
        assert_ne!(other.bytes().as_ptr(), at);
        drop(other);
        assert_eq!(first.into_vec(), [b'a'; 5000]);
        let mut second = Output::default();
        second.buffer().append(b"b");
        assert_eq!((second.bytes(), second.bytes().as_ptr()), (&b"b"[..], at));
    }

    #[test]
    fn much_memory_goes_with_its_bytes() {
        let mut output = Output::default();
        output.buffer().append(&vec![b'a'; KEPT + 1]);
        let at = output.bytes().as_ptr();
        let bytes = output.into_vec();
        assert_eq!(bytes.as_ptr(), at);
    }
}
