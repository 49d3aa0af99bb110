//! The one loop of a session, and who runs it.
//!
//! ```text
//!                            core (one lock, never held while anything waits)
//!  main, waiting --- drives, then shows ---+
//!  the watcher --- drives when main does not: at a prompt, or when it is stuck in a write
//!  the observer thread --- shows what happened while main is at a prompt
//!  Ctrl-C, local sides --- post, and do the turn themselves where nobody is at it
//! ```
//!
//! Whoever waits drives: a script has no other thread on the path of a command.

pub(crate) mod control;
mod core;
mod data;
pub(crate) mod dial;
pub(crate) mod negotiation;
mod outgoing;
mod pace;
#[cfg(test)]
mod tests;
mod unacknowledged;

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Waker};

use crate::client::endpoint::LocalEvent;
use crate::client::machine::{ExchangeId, Machine, Request};
use crate::client::{News, Observer, Outcome, Settings, Status};
use crate::tls::{TlsFailure, Verdict};

pub(crate) use self::core::Local;
use self::core::{Core, WAKER};
use control::ControlSocket;

/// One session, as the threads share it.
pub(crate) struct Shared {
    core: OnceLock<Mutex<Core>>,
    /// What other threads have to say to the core.
    posted: Mutex<VecDeque<Message>>,
    poller: Mutex<Poller>,
    /// How many wait for the poller that somebody else has.
    poller_is_wanted: AtomicUsize,
    waker: Waker,
    /// Somebody waits for the sockets, or is about to.
    polls: AtomicBool,
    observer: Mutex<Box<dyn Observer>>,
    /// How many wait for news, and so drive the loop.
    waiters: AtomicUsize,
    /// Counts the turns of those who wait: a count that stands still belongs to one who is stuck.
    turns: AtomicU64,
    /// A person is at the other end: the watcher takes over whenever nobody waits.
    is_interactive: AtomicBool,
    is_closed: AtomicBool,
    idle: Mutex<()>,
    /// Nobody waits any more, or the session is over.
    became_idle: Condvar,
    /// There is something to show, or the session is over.
    has_observations: Condvar,
    /// How many observations were shown, and how many threads wait for more.
    shown: AtomicU64,
    awaits_shown: AtomicUsize,
    shown_more: Condvar,
}

/// The right to wait for the sockets.
struct Poller {
    poll: Poll,
    events: Events,
}

enum Message {
    Asked(Request),
    Local(ExchangeId, LocalEvent),
    Examined(Result<Verdict, TlsFailure>),
}

/// Somebody waits while this exists.
struct Waiter<'a>(&'a Shared);

impl Shared {
    /// Makes a session of a connection; the exchange is that of the greeting.
    pub(crate) fn start(
        control: ControlSocket,
        host: &str,
        settings: Settings,
        observer: Box<dyn Observer>,
    ) -> io::Result<(Arc<Self>, ExchangeId)> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let interest = observer.byte_interest();
        let is_interactive = AtomicBool::new(settings.silence_limit.is_none());
        let shared = Arc::new(Self {
            core: OnceLock::new(),
            posted: Mutex::default(),
            poller: Mutex::new(Poller {
                poll,
                events: Events::with_capacity(EVENTS_PER_TURN),
            }),
            poller_is_wanted: AtomicUsize::new(0),
            waker,
            polls: AtomicBool::new(false),
            observer: Mutex::new(observer),
            waiters: AtomicUsize::new(0),
            turns: AtomicU64::new(0),
            is_interactive,
            is_closed: AtomicBool::new(false),
            idle: Mutex::new(()),
            became_idle: Condvar::new(),
            has_observations: Condvar::new(),
            shown: AtomicU64::new(0),
            awaits_shown: AtomicUsize::new(0),
            shown_more: Condvar::new(),
        });
        let greeting = ExchangeId(0);
        let machine = Machine::new(
            host,
            control.peer().clone(),
            control.own(),
            settings,
            interest.clone(),
            greeting,
            Instant::now(),
        );
        let core = Core::new(
            control,
            machine,
            interest,
            registry,
            Arc::downgrade(&shared),
            greeting,
        )?;
        // It was empty.
        let _ = shared.core.set(Mutex::new(core));
        let watcher = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("watcher".to_owned())
            .spawn(move || watcher.watch())?;
        Ok((shared, greeting))
    }

    /// Asks for something that somebody will wait for.
    pub(crate) fn begin(
        &self,
        local: Option<Local>,
        request: impl FnOnce(ExchangeId) -> Request,
    ) -> ExchangeId {
        let mut core = self.current_core();
        let id = core.open_exchange(local);
        core.ask(request(id), Instant::now());
        drop(core);
        self.wake();
        id
    }

    /// Asks for something that takes effect at once, whatever others are stuck in.
    pub(crate) fn post(&self, request: Request) {
        if let Request::Configure(settings) = &request {
            let is_interactive = settings.silence_limit.is_none();
            self.is_interactive.store(is_interactive, Ordering::Release);
        }
        self.put(Message::Asked(request));
    }

    pub(crate) fn post_local(&self, exchange: ExchangeId, event: LocalEvent) {
        self.put(Message::Local(exchange, event));
    }

    pub(crate) fn post_verdict(&self, verdict: Result<Verdict, TlsFailure>) {
        self.put(Message::Examined(verdict));
    }

    fn put(&self, posted: Message) {
        lock(&self.posted).push_back(posted);
        // Whoever holds the lock looks at the queue when it lets go.
        while let Some(core) = self.core.get()
            && !lock(&self.posted).is_empty()
            && let Ok(mut core) = core.try_lock()
        {
            self.take_posted(&mut core);
        }
        self.wake();
        self.wake_observer_thread();
    }

    fn take_posted(&self, core: &mut Core) {
        loop {
            let Some(posted) = lock(&self.posted).pop_front() else {
                return;
            };
            let now = Instant::now();
            match posted {
                Message::Asked(request) => core.ask(request, now),
                Message::Local(exchange, event) => core.take_local_event(exchange, event, now),
                Message::Examined(verdict) => core.take_verdict(verdict, now),
            }
            core.turn(now);
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.current_core().status(Instant::now())
    }

    /// The next piece of news of an exchange, shown after everything that came before it; `None` once `until` is over.
    pub(crate) fn next_news(&self, exchange: ExchangeId, until: Option<Instant>) -> Option<News> {
        let _driving = self.drive();
        self.turns.fetch_add(1, Ordering::AcqRel);
        loop {
            self.show();
            let mut core = self.current_core();
            let looked = core.changes();
            let tasks = core.take_tasks();
            let is_told = !core.has_events() && tasks.is_empty();
            if is_told {
                if let Some(news) = core.take_news(exchange) {
                    return Some(news);
                }
                if self.is_closed() {
                    return Some(News::Settled(Outcome::lost()));
                }
            }
            drop(core);
            if !is_told {
                tasks.into_iter().for_each(|work| work());
                continue;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return None;
            }
            self.turn(until, looked);
            self.turns.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Shows what was just brought about.
    pub(crate) fn catch_up(&self) {
        let _driving = self.drive();
        drop(self.current_core());
        self.show();
    }

    pub(crate) fn forget_exchange(&self, exchange: ExchangeId) {
        self.core().forget_exchange(exchange);
    }

    /// Closes the sockets, and shows what is left to be shown.
    pub(crate) fn close(&self) {
        let driving = self.drive();
        let mut core = self.current_core();
        core.close(Instant::now());
        let tasks = core.take_tasks();
        drop(core);
        tasks.into_iter().for_each(|work| work());
        self.show();
        self.is_closed.store(true, Ordering::SeqCst);
        drop(driving);
        let idle = lock(&self.idle);
        self.became_idle.notify_all();
        self.has_observations.notify_all();
        self.shown_more.notify_all();
        drop(idle);
        self.wake();
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    fn drive(&self) -> Waiter<'_> {
        self.waiters.fetch_add(1, Ordering::AcqRel);
        Waiter(self)
    }

    /// Waits until something happens, at most until then, and does what follows from it. `looked` are the changes up to
    /// which the caller has looked: what somebody else has brought about since is to be looked at first.
    fn turn(&self, until: Option<Instant>, looked: u64) {
        // Any thread may take the lock once it is released, and might wait for sockets without a deadline.
        if self.poller_is_wanted.load(Ordering::SeqCst) > 0 {
            return std::thread::yield_now();
        }
        let Some(mut poller) = self.try_poller() else {
            return;
        };
        let poller = &mut *poller;
        // Before anything is looked at: what changes after the look wakes.
        self.polls.store(true, Ordering::SeqCst);
        let now = Instant::now();
        let core = self.core();
        let deadline = core.deadline(now);
        let has_news = core.changes() != looked || self.is_closed();
        drop(core);
        let timeout = if has_news || !lock(&self.posted).is_empty() {
            Some(Duration::ZERO)
        } else {
            let deadline = deadline.into_iter().chain(until).min();
            deadline.map(|at| at.saturating_duration_since(now))
        };
        // An interrupted wait is only an early look.
        let _ = poller.poll.poll(&mut poller.events, timeout.map(round_up));
        self.polls.store(false, Ordering::SeqCst);
        let mut core = self.core();
        core.note(&poller.events);
        self.take_posted(&mut core);
        core.turn(Instant::now());
    }

    /// The poller, unless somebody else had it: then something has just happened, and is to be looked at first.
    fn try_poller(&self) -> Option<MutexGuard<'_, Poller>> {
        let poller = self.poller.try_lock().ok();
        if poller.is_none() {
            // Its holder gives it up, even if it has not begun to wait. The beat keeps the watcher from taking it
            // again: this thread is not stuck.
            self.turns.fetch_add(1, Ordering::AcqRel);
            self.poller_is_wanted.fetch_add(1, Ordering::SeqCst);
            let _ = self.waker.wake();
            drop(lock(&self.poller));
            self.poller_is_wanted.fetch_sub(1, Ordering::SeqCst);
        }
        poller
    }

    /// Shows everything that has happened, in order.
    fn show(&self) {
        if !self.core().has_events() {
            // Somebody else may be in the middle of showing what came before.
            drop(lock(&self.observer));
            return;
        }
        let mut observer = lock(&self.observer);
        loop {
            let Some(observation) = self.core().next_event() else {
                return;
            };
            observer.observe(&observation);
            self.shown.fetch_add(1, Ordering::SeqCst);
            if self.awaits_shown.load(Ordering::SeqCst) > 0 {
                drop(lock(&self.idle));
                self.shown_more.notify_all();
            }
        }
    }

    /// Waits until so many observations were shown, or the session is over.
    pub(crate) fn await_shown(&self, observations: u64) {
        self.awaits_shown.fetch_add(1, Ordering::SeqCst);
        let mut idle = lock(&self.idle);
        while self.shown.load(Ordering::SeqCst) < observations && !self.is_closed() {
            idle = self
                .shown_more
                .wait(idle)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(idle);
        self.awaits_shown.fetch_sub(1, Ordering::AcqRel);
    }

    fn wake(&self) {
        if self.polls.load(Ordering::SeqCst) {
            // It fails only where the system is out of everything; the next deadline wakes too.
            let _ = self.waker.wake();
        }
    }

    /// The core after everything that was posted: what one thread asks for is done in the order in which it asked.
    fn current_core(&self) -> MutexGuard<'_, Core> {
        let mut core = self.core();
        self.take_posted(&mut core);
        core
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        // `start` has set it before anybody else has the session.
        lock(self.core.get().expect("the session has started"))
    }

    /// The watcher: drives while nobody waits, and while whoever waits is stuck.
    fn watch(self: Arc<Self>) {
        let mut has_observer_thread = false;
        while !self.is_closed() {
            let turns = self.turns.load(Ordering::Acquire);
            if self.has_waiters() && !self.sleep_a_moment(turns) {
                continue;
            }
            // Whoever waits goes on with a beat of its own.
            while !self.is_closed() && self.turns.load(Ordering::Acquire) == turns {
                let looked = self.core().changes();
                if !self.has_waiters() {
                    self.start_tasks();
                    if self.core().has_events() {
                        has_observer_thread =
                            has_observer_thread || self.start_observer_thread().is_ok();
                        self.wake_observer_thread();
                    }
                }
                self.turn(None, looked);
            }
        }
    }

    fn has_waiters(&self) -> bool {
        self.waiters.load(Ordering::Acquire) > 0
    }

    /// Lets whoever waits drive; tells whether it was stuck all the time, or nobody waits any more.
    fn sleep_a_moment(&self, turns: u64) -> bool {
        let idle = lock(&self.idle);
        if self.has_waiters() && !self.is_closed() {
            drop(self.became_idle.wait_timeout(idle, STUCK_CHECK_INTERVAL));
        }
        let is_idle = !self.polls.load(Ordering::SeqCst);
        !self.has_waiters() || (is_idle && self.turns.load(Ordering::Acquire) == turns)
    }

    fn start_tasks(&self) {
        let tasks = self.core().take_tasks();
        for work in tasks {
            let thread = std::thread::Builder::new().name("local-side".to_owned());
            // Without a thread the local side stays as it is, and a key or a limit ends the waiting for it.
            let _ = thread.spawn(work);
        }
    }

    fn start_observer_thread(self: &Arc<Self>) -> io::Result<()> {
        let shared = Arc::clone(self);
        std::thread::Builder::new()
            .name("observer".to_owned())
            .spawn(move || shared.tell())
            .map(drop)
    }

    /// The observer thread: shows what happens while nobody waits.
    fn tell(&self) {
        while !self.is_closed() {
            if !self.has_waiters() {
                self.show();
            }
            let idle = lock(&self.idle);
            if !self.is_closed() && !self.has_observations_to_show() {
                drop(self.has_observations.wait(idle));
            }
        }
    }

    fn has_observations_to_show(&self) -> bool {
        !self.has_waiters() && self.core().has_events()
    }

    fn wake_observer_thread(&self) {
        if !self.has_waiters() {
            drop(lock(&self.idle));
            self.has_observations.notify_one();
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let others = self.0.waiters.fetch_sub(1, Ordering::AcqRel) - 1;
        // A script will soon wait again; what happens meanwhile is found by the watcher's next look.
        if others == 0 && self.0.is_interactive.load(Ordering::Acquire) {
            drop(lock(&self.0.idle));
            self.0.became_idle.notify_one();
            self.0.wake();
            self.0.wake_observer_thread();
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic anywhere ends the program, so nobody sees what it left behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A wait that ended a little early would only be followed by another.
fn round_up(timeout: Duration) -> Duration {
    let milliseconds = timeout.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX))
}

const EVENTS_PER_TURN: usize = 16;
/// How soon the watcher finds out that whoever waits is stuck in a write.
const STUCK_CHECK_INTERVAL: Duration = Duration::from_millis(100);
