//! Tells the crate which target it is built for: the `cc` crate asks when it looks for a compiler.

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=TAYBERRY_TARGET={target}");
}
