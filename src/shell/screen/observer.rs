//! The observer of a session that shows it: the painter, the timeline, the picture and what a script puts out, at the same
//! moments, and the trace.

use super::painter::{Clock, Painter};
use super::picture::Picture;
use super::timeline::Timeline;
use super::trace::Trace;
use crate::client::{ByteInterest, Observation, Observer};

/// Observes one session.
pub(crate) struct ScreenObserver {
    painter: Painter,
    timeline: Timeline,
    trace: Trace,
    picture: Picture,
    clock: Clock,
}

impl ScreenObserver {
    pub(crate) fn new(
        painter: Painter,
        timeline: Timeline,
        trace: Trace,
        picture: Picture,
    ) -> Self {
        Self {
            painter,
            timeline,
            trace,
            picture,
            clock: Clock::default(),
        }
    }
}

impl Observer for ScreenObserver {
    fn observe(&mut self, observation: &Observation) {
        if let Observation::BytesMoved(moved) = observation {
            return self.trace.take(moved);
        }
        let moment = self.clock.read(observation);
        let charset = self.painter.screen().charset();
        self.timeline.note(&moment, observation, charset);
        self.picture.note(observation, charset);
        // Whoever sees it may ask at once.
        let cause = self.painter.problems().observe(observation);
        self.painter.paint_at(&moment, observation);
        let output = self.painter.output();
        output.observe(moment.instant, observation, cause, charset);
    }

    fn byte_interest(&self) -> ByteInterest {
        self.trace.interest()
    }
}
