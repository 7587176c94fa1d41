//! The access log: one line of JSON per answered request, on standard error. What was refused before it was a request (half a
//! header, no HTTP at all) has an empty method and path.
//!
//! `{"timestamp":"…","level":"INFO","client":"127.0.0.1:40112","method":"GET","path":"/?q=1","status":200,"bytes":7,"seconds":0.0002,"target":"tayberry::access"}`

use std::net::SocketAddr;
use std::sync::Once;

/// Lets events of the target `tayberry::access` reach standard error, once per process.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Fails only if the process has a subscriber already; then the events go there.
        let _ = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_env_filter("tayberry::access=info")
            .with_writer(std::io::stderr)
            .try_init();
    });
}

/// A client was answered that had sent no whole request.
pub fn refused(client: SocketAddr, status: u16) {
    tracing::info!(target: "tayberry::access", %client, method = "", path = "", status, bytes = 0, seconds = 0.0);
}
