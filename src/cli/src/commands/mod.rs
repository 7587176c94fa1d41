//! One file per command; each gives the exit status.

pub mod build;
pub mod dev;
pub mod inspect;
pub mod new;
pub mod run;
pub mod train;
