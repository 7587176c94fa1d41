//! The output buffer that C and Rust append to (`tb_buffer` of the contract).
//!
//! What holds: `data`, `length` and `capacity` are always the parts of one `Vec<u8>`, whoever appended last.

use super::write::Sink;
use tayberry_abi::Buffer;

/// An owned buffer.
#[derive(Debug)]
pub struct Output(Buffer);

impl Output {
    /// An empty buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Output {
        Output::from(Vec::with_capacity(capacity))
    }

    /// What C functions take.
    pub fn buffer(&mut self) -> &mut Buffer {
        &mut self.0
    }

    /// The bytes so far.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the parts are those of a `Vec<u8>`, whose first `length` bytes are initialised.
        unsafe { std::slice::from_raw_parts(self.0.data, self.0.length) }
    }

    /// The bytes.
    pub fn into_vec(self) -> Vec<u8> {
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
        })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: the parts are those of one `Vec<u8>`, which this value owns.
        drop(unsafe { Vec::from_raw_parts(self.0.data, self.0.length, self.0.capacity) });
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
        let mut output = Output::with_capacity(0);
        for each in 0..1000u32 {
            output.buffer().append(each.to_string().as_bytes());
        }
        assert_eq!(output.bytes().len(), 10 + 180 + 2700);
        assert!(output.into_vec().starts_with(b"0123456789101112"));
    }
}
