//! Handles Ctrl-C during blocking work: instead of ending the process at once, Ctrl-C sets a flag that the work checks
//! between its steps.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::Poll;

use tokio::sync::oneshot;

/// Runs `work` and sets `stop` if Ctrl-C arrives in the meantime.
pub(crate) fn run_interruptible<T>(stop: &AtomicBool, work: impl FnOnce() -> T) -> io::Result<T> {
    // The work blocks this thread, so a second thread with its own runtime waits for the signal.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (done, work_is_done) = oneshot::channel::<()>();
    // A Ctrl-C before the handler is installed would end the process, so the work starts only after the other thread
    // has dropped `listening`.
    let (listening, wait_until_listening) = mpsc::channel::<()>();
    Ok(std::thread::scope(|scope| {
        scope.spawn(move || runtime.block_on(listen(stop, listening, work_is_done)));
        // `recv` returns when the other thread drops `listening`. The thread drops `listening` even if the handler
        // could not be installed. Ctrl-C then ends the process.
        let _ = wait_until_listening.recv();
        let result = work();
        // Dropping `done` ends the listener. Without this, the scope would wait for a Ctrl-C that may never come.
        drop(done);
        result
    }))
}

async fn listen(stop: &AtomicBool, listening: mpsc::Sender<()>, work_is_done: oneshot::Receiver<()>) {
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    // `ctrl_c` installs its handler at the first poll, not when the future is created. So the future is polled once
    // before `listening` is dropped.
    let first = std::future::poll_fn(|context| Poll::Ready(interrupt.as_mut().poll(context))).await;
    drop(listening);
    if first.is_ready() {
        return;
    }
    tokio::select! {
        result = interrupt => stop.store(result.is_ok(), Ordering::Relaxed),
        _ = work_is_done => {}
    }
}
