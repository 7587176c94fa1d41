//! Server processes that end when this one does, and a crew of them that is kept at its number.
//!
//! In: a command that starts a server. Out: the exit status of it all. What holds: a server's standard input is a socket
//! to this process. The server says on it when it is ready, and stops gracefully when it is closed: by us, or by the
//! system because we were killed. So no server outlives its supervisor, however that ends.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::interrupt;

/// How often processes and signals are looked at.
const TICK: Duration = Duration::from_millis(50);
/// The pause before a worker is started again, at first and at most; it doubles while workers keep dying young.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// A worker that lived longer did not die young.
const GROWN: Duration = Duration::from_secs(10);

/// A server process.
pub struct Server {
    child: Child,
    control: Option<UnixStream>,
    said: Vec<u8>,
    started: Instant,
}

impl Server {
    /// Starts one.
    pub fn start(mut command: Command) -> anyhow::Result<Server> {
        let (ours, theirs) = UnixStream::pair().context("cannot make a socket pair")?;
        ours.set_nonblocking(true)
            .context("cannot prepare a socket pair")?;
        let child = command
            .arg("--supervised")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            // Ctrl-C in a terminal goes to us alone; we tell them.
            .process_group(0)
            .spawn()
            .with_context(|| {
                format!("cannot start `{}`", command.get_program().to_string_lossy())
            })?;
        Ok(Server {
            child,
            control: Some(ours),
            said: Vec::new(),
            started: Instant::now(),
        })
    }

    /// What it said when it was ready, such as `Serving app:app on http://127.0.0.1:8000 (2 threads)`.
    pub fn ready(&mut self) -> Option<String> {
        let mut buffer = [0; 1024];
        if let Some(control) = &mut self.control {
            while let Ok(count @ 1..) = control.read(&mut buffer) {
                self.said.extend_from_slice(&buffer[..count]);
            }
        }
        let end = self.said.iter().position(|&byte| byte == b'\n')?;
        Some(String::from_utf8_lossy(&self.said[..end]).into_owned())
    }

    /// Its exit status, if it has ended.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Lets it finish what it is at.
    pub fn ask_to_stop(&mut self) {
        self.control = None;
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        // It may just have ended by itself.
        let _ = self.child.kill();
    }

    /// Stops it within a time, by force if need be.
    pub fn stop(mut self, within: Duration) -> anyhow::Result<()> {
        self.ask_to_stop();
        let begun = Instant::now();
        while self.ended()?.is_none() {
            if begun.elapsed() >= within {
                self.kill();
                self.child.wait()?;
                break;
            }
            std::thread::sleep(TICK / 5);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // None is left behind when an error ends us; one that has ended already is only waited for.
        self.kill();
        let _ = self.child.wait();
    }
}

/// One place in the crew.
struct Place {
    server: Option<Server>,
    was_ready: bool,
    start_at: Instant,
    pause: Duration,
}

/// Keeps `count` servers running until a signal. Gives 0 after a graceful stop, or the exit status of a server that
/// failed to start while no other one was serving, or that failed to stop.
pub fn supervise(count: usize, command: &dyn Fn() -> Command) -> anyhow::Result<u8> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    interrupt::hand_over();
    // The first shows whether the app starts at all; only then come the others.
    let mut crew = vec![Place::first(command)?];
    let mut announced = false;
    loop {
        if signals.pending().next().is_some() {
            return dismiss(&mut crew, &mut signals);
        }
        for at in 0..crew.len() {
            let Some((status, pause)) = crew[at].look(command)? else {
                continue;
            };
            let serving = |each: &Place| each.was_ready && each.server.is_some();
            if !crew[at].was_ready && !crew.iter().any(serving) {
                // It has said why.
                dismiss(&mut crew, &mut signals)?;
                return Ok(code(status));
            }
            eprintln!(
                "worker {} {} ({status}); starting another in {:.1} s",
                at + 1,
                if crew[at].was_ready {
                    "ended"
                } else {
                    "could not start"
                },
                pause.as_secs_f64()
            );
        }
        if crew.len() < count && crew[0].was_ready {
            crew.push(Place::first(command)?);
        }
        if !announced && crew.len() == count && crew.iter().all(|each| each.was_ready) {
            announced = true;
            let said = crew[0].server.as_mut().and_then(Server::ready);
            let each = if count > 1 {
                format!(", {count} workers")
            } else {
                String::new()
            };
            eprintln!("{}{each}", said.unwrap_or_default());
        }
        std::thread::sleep(TICK);
    }
}

impl Place {
    fn first(command: &dyn Fn() -> Command) -> anyhow::Result<Place> {
        Ok(Place {
            server: Some(Server::start(command())?),
            was_ready: false,
            start_at: Instant::now(),
            pause: PAUSES.0,
        })
    }

    /// Starts the server if it is time, and sees how it does. Gives the exit status of one that has ended, and the pause
    /// before the next.
    fn look(
        &mut self,
        command: &dyn Fn() -> Command,
    ) -> anyhow::Result<Option<(ExitStatus, Duration)>> {
        let Some(server) = &mut self.server else {
            if Instant::now() >= self.start_at {
                self.server = Some(Server::start(command())?);
                self.was_ready = false;
            }
            return Ok(None);
        };
        self.was_ready = self.was_ready || server.ready().is_some();
        let Some(status) = server.ended()? else {
            return Ok(None);
        };
        if server.started.elapsed() > GROWN {
            self.pause = PAUSES.0;
        }
        let pause = self.pause;
        self.server = None;
        self.start_at = Instant::now() + pause;
        self.pause = (pause * 2).min(PAUSES.1);
        Ok(Some((status, pause)))
    }
}

/// Stops all gracefully; a second signal ends them at once.
fn dismiss(crew: &mut Vec<Place>, signals: &mut Signals) -> anyhow::Result<u8> {
    let mut servers: Vec<Server> = crew.drain(..).filter_map(|each| each.server).collect();
    for each in &mut servers {
        each.ask_to_stop();
    }
    let mut worst = 0;
    while !servers.is_empty() {
        if signals.pending().next().is_some() {
            return Ok(130);
        }
        let mut still = Vec::new();
        for mut each in servers {
            match each.ended()? {
                // Asked to stop before it could listen, it died of the signal: that is a stop, too.
                Some(status)
                    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGTERM) => {}
                Some(status) => worst = worst.max(code(status)),
                None => still.push(each),
            }
        }
        servers = still;
        std::thread::sleep(TICK / 5);
    }
    Ok(worst)
}

fn code(status: ExitStatus) -> u8 {
    // One that a signal ended has none.
    status
        .code()
        .map_or(1, |code| u8::try_from(code).unwrap_or(1))
}
