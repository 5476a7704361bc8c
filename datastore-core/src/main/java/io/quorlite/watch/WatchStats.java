package io.quorlite.watch;

/**
 * Figures of a {@link WatchHub} for metrics: the first three are how things stand, the others count since the hub was made.
 *
 * @param slowWatchers watches that are catching up or wait for their client
 * @param eventsSent events handed to sinks, counted once for each watch that got them
 * @param fellBehind how often a live watch went back to catching up because its client was slow
 * @param catchUpRounds batches read from the history
 */
public record WatchStats(
        long streams, long watchers, long slowWatchers, long eventsSent, long fellBehind, long catchUpRounds) {}
