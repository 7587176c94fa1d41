//! Commands that end when this process is interrupted while they run.
//!
//! In: a command, such as the C compiler. Out: its output. What holds: on SIGINT, SIGTERM and SIGHUP everything that runs
//! gets the same signal, with all that it has started itself, and only when it is gone this process ends as the signal
//! would have ended it. So no compiler outlives an interrupted build, and none leaves half a file.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

/// A command that has not ended by then is killed.
const PATIENCE: Duration = Duration::from_secs(2);

struct Running {
    /// Process groups by the number of their first process.
    groups: BTreeSet<u32>,
    interrupted: bool,
}

static RUNNING: Mutex<Running> = Mutex::new(Running {
    groups: BTreeSet::new(),
    interrupted: false,
});
static ENDED: Condvar = Condvar::new();
/// Ends the waiting for signals.
static WATCH: Mutex<Option<Handle>> = Mutex::new(None);

/// Runs a command to its end, without input; does not come back if this process is interrupted meanwhile.
pub fn output(command: &mut Command) -> std::io::Result<Output> {
    static WATCHING: Once = Once::new();
    // Where that fails, signals do what they always did.
    WATCHING.call_once(|| drop(watch()));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C in a terminal goes to us alone; we pass it on.
        .process_group(0);
    let mut running = running();
    if running.interrupted {
        drop(running);
        wait_for_the_end();
    }
    let child = command.spawn()?;
    let group = child.id();
    running.groups.insert(group);
    drop(running);
    let output = child.wait_with_output();
    let mut running = self::running();
    running.groups.remove(&group);
    ENDED.notify_all();
    if running.interrupted {
        drop(running);
        wait_for_the_end();
    }
    drop(running);
    output
}

/// From now on somebody else sees to signals: no command is run any more.
pub fn hand_over() {
    if let Some(watch) = WATCH.lock().unwrap_or_else(PoisonError::into_inner).take() {
        watch.close();
    }
}

/// What a command that was interrupted has said is nobody's business.
fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a signal in a thread of its own. Signals that were ignored when we were started stay so, as `nohup` wants it.
fn watch() -> std::io::Result<()> {
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP];
    let mut signals = Signals::new(
        wanted
            .into_iter()
            .filter(|signal| ignored & (1 << (signal - 1)) == 0),
    )?;
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = Some(signals.handle());
    std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            interrupt(signal);
        }
    })?;
    Ok(())
}

/// The mask of ignored signals; none where the system does not tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

fn interrupt(signal: i32) {
    let mut running = running();
    running.interrupted = true;
    let passed_on = match signal {
        SIGINT => Signal::INT,
        SIGHUP => Signal::HUP,
        _ => Signal::TERM,
    };
    for each in [passed_on, Signal::KILL] {
        for group in &running.groups {
            // It may just have ended by itself.
            if let Some(group) = i32::try_from(*group).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, each);
            }
        }
        let some = |running: &mut Running| !running.groups.is_empty();
        running = ENDED
            .wait_timeout_while(running, PATIENCE, some)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
    // Nothing is left to do but to end; should even that fail, the status says the same.
    let _ = emulate_default_handler(signal);
    std::process::exit(128 + signal);
}
