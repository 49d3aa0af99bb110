//! The engine between the threads: whoever has an input for it also works it off, if nobody else does at that moment.
//!
//! ```text
//! shell, control-reader, data-connection --- give: queue, then work
//! Ctrl-C, a decision about a certificate --- post: queue, and wake the session's own thread
//! the session's own thread ----------------- what was posted, what is left over, deadlines
//! ```
//!
//! Inputs are taken one at a time, in the order of the queue. A thread of its own for all of them would cost two changes
//! of thread for each.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

use super::{Engine, Input, Status};

/// One engine, and what it has not taken yet.
#[derive(Clone)]
pub(in crate::client) struct SharedEngine(Arc<Shared>);

struct Shared {
    engine: Mutex<Option<Engine>>,
    queue: Mutex<Queue>,
    /// The session's own thread is to look at the queue.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    inputs: VecDeque<Input>,
    /// The next moment at which the engine has something to do although nothing arrives.
    deadline: Option<Instant>,
    /// Until when the session's own thread sleeps, if it is not woken.
    sleeps_until: Option<Instant>,
    /// There is work for the session's own thread.
    is_called: bool,
    is_closed: bool,
}

impl SharedEngine {
    pub(in crate::client) fn new() -> Self {
        Self(Arc::new(Shared {
            engine: Mutex::new(None),
            queue: Mutex::default(),
            changed: Condvar::new(),
        }))
    }

    /// Queues an input and works off what is queued, unless another thread is at it: that one then takes it too.
    pub(in crate::client) fn give(&self, input: Input) {
        if self.queue(input) && self.work_off(AT_ONCE) {
            self.call();
        }
    }

    /// Queues an input for the session's own thread: for whoever must not be held up by the work.
    pub(in crate::client) fn post(&self, input: Input) {
        if self.queue(input) {
            self.call();
        }
    }

    /// Does what nobody else does, until the session is closed.
    pub(in crate::client) fn run(&self, mut engine: Engine) {
        engine.start();
        self.set_deadline(engine.next_deadline());
        *self.lock_engine() = Some(engine);
        loop {
            while self.work_off(AT_ONCE) {}
            if !self.await_work() {
                return;
            }
            if let Some(engine) = self.lock_engine().as_mut() {
                engine.step(None);
                self.set_deadline(engine.next_deadline());
            }
        }
    }

    /// What is known now, if the engine has taken as many inputs of the handle as were `given`.
    pub(in crate::client) fn status(&self, given: u64) -> Option<Status> {
        let engine = self.lock_engine();
        let current = engine.as_ref().filter(|engine| engine.taken == given);
        let status = current.map(Engine::status);
        drop(engine);
        // What came meanwhile found the engine taken, and is nobody's.
        if self.has_inputs() {
            self.call();
        }
        status
    }

    /// Whether it was queued: after the end nothing is.
    fn queue(&self, input: Input) -> bool {
        let mut queue = self.lock_queue();
        if !queue.is_closed {
            queue.inputs.push_back(input);
        }
        !queue.is_closed
    }

    /// Works off what is queued, or so many inputs of it; tells whether more is left for which nobody is there.
    fn work_off(&self, most: usize) -> bool {
        let mut left = most;
        // What comes between the last look at the queue and the end of the work is nobody's, so look again.
        while self.has_inputs() {
            let mut engine = match self.0.engine.try_lock() {
                Ok(engine) => engine,
                Err(TryLockError::Poisoned(engine)) => engine.into_inner(),
                // Perhaps this very thread, further up.
                Err(TryLockError::WouldBlock) => return false,
            };
            // It has not begun yet.
            if engine.is_none() {
                return false;
            }
            while let Some(input) = self.next_input() {
                if left == 0 {
                    self.lock_queue().inputs.push_front(input);
                    return true;
                }
                left -= 1;
                self.take(&mut engine, input);
            }
        }
        false
    }

    fn take(&self, engine: &mut Option<Engine>, input: Input) {
        if let Input::Close(done) = input {
            self.lock_queue().close();
            self.0.changed.notify_one();
            return engine.take().map_or((), |engine| engine.close(&done));
        }
        if let Some(engine) = engine {
            engine.step(Some(input));
            self.set_deadline(engine.next_deadline());
        }
    }

    fn set_deadline(&self, deadline: Option<Instant>) {
        let mut queue = self.lock_queue();
        queue.deadline = deadline;
        let is_earlier = match (deadline, queue.sleeps_until) {
            (Some(deadline), Some(until)) => deadline < until,
            (deadline, None) => deadline.is_some(),
            (None, Some(_)) => false,
        };
        if is_earlier {
            self.0.changed.notify_one();
        }
    }

    /// Sleeps until there is something to do; `false` at the end.
    fn await_work(&self) -> bool {
        let mut queue = self.lock_queue();
        loop {
            let now = Instant::now();
            let is_due = queue.deadline.is_some_and(|deadline| now >= deadline);
            if queue.is_closed || std::mem::take(&mut queue.is_called) || is_due {
                return !queue.is_closed;
            }
            queue.sleeps_until = queue.deadline;
            queue = match queue.deadline {
                None => {
                    let woken = self.0.changed.wait(queue);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
                Some(deadline) => {
                    let woken = self.0.changed.wait_timeout(queue, deadline - now);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    fn call(&self) {
        self.lock_queue().is_called = true;
        self.0.changed.notify_one();
    }

    fn has_inputs(&self) -> bool {
        !self.lock_queue().inputs.is_empty()
    }

    fn next_input(&self) -> Option<Input> {
        self.lock_queue().inputs.pop_front()
    }

    fn lock_queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing that runs under the lock can panic half-way through a change.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_engine(&self) -> MutexGuard<'_, Option<Engine>> {
        self.0.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Whoever waits for one of these learns that there is no session any more.
    fn close(&mut self) {
        self.is_closed = true;
        self.inputs.clear();
    }
}

impl std::fmt::Debug for SharedEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedEngine").finish_non_exhaustive()
    }
}

/// A thread that has something else to do leaves the rest to the session's own.
const AT_ONCE: usize = 16;
