use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// What `work` makes of 0 to `jobs` − 1, in this order, on as many threads as there are processors. The
/// last begin first: put what takes longest there.
pub fn on_all_processors<T: Send>(jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(1);
    let made: Vec<Mutex<Option<T>>> = (0..jobs).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(at) = jobs.checked_sub(next.fetch_add(1, Relaxed)) {
                    let done = work(at);
                    *made[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
                }
            });
        }
    });
    let done = |one: Mutex<Option<T>>| one.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.into_iter().filter_map(done).collect()
}
