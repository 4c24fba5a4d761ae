//! Ctrl-C during work that blocks: it ends at its next step and says what was done, in place of the process ending at once.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::Poll;

use tokio::sync::oneshot;

/// Does `work` and sets `stop` when Ctrl-C comes meanwhile.
pub fn noticed<T>(stop: &AtomicBool, work: impl FnOnce() -> T) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (done, is_done) = oneshot::channel::<()>();
    let (listens, is_listening) = mpsc::channel::<()>();
    Ok(std::thread::scope(|scope| {
        scope.spawn(move || runtime.block_on(listen(stop, listens, is_done)));
        // Ends also where nobody listens because the system refused; Ctrl-C then does what it always does.
        let _ = is_listening.recv();
        let result = work();
        drop(done);
        result
    }))
}

async fn listen(stop: &AtomicBool, listens: mpsc::Sender<()>, is_done: oneshot::Receiver<()>) {
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    // Only from its first poll on does the signal come here.
    let first = std::future::poll_fn(|context| Poll::Ready(interrupt.as_mut().poll(context))).await;
    drop(listens);
    if first.is_ready() {
        return;
    }
    tokio::select! {
        result = interrupt => stop.store(result.is_ok(), Ordering::Relaxed),
        _ = is_done => {}
    }
}
