//! Prints `runtime-c/include/tayberry.h`.

fn main() {
    print!("{}", tayberry_abi::header());
}
