package io.quorlite.faults.history;

import java.util.List;

/** One watch and all it was told, in order. Immutable. */
public record Watch(int id, String node, WatchSpec spec, int openedIndex, List<Message> messages) {
    public Watch {
        messages = List.copyOf(messages);
    }

    /** One message and where in the history it stands. */
    public record Message(int index, HistoryLine.WatchHeard heard) {
        public boolean is(HistoryLine.WatchHeard.Kind kind) {
            return heard.kind() == kind;
        }

        public List<KeyEvent> events() {
            return heard.events();
        }

        /** The revision of the first event. */
        public long firstRevision() {
            return events().get(0).revision();
        }

        /** The revision of the last event. */
        public long lastRevision() {
            return events().get(events().size() - 1).revision();
        }
    }

    /** Every event it was told, in order. */
    public List<KeyEvent> events() {
        return messages.stream().flatMap(message -> message.events().stream()).toList();
    }

    /** Whether it was still running when the run ended. */
    public boolean isOpen() {
        return messages.stream().noneMatch(message -> message.heard().isEnd());
    }

    @Override
    public String toString() {
        return "watch " + id + " at " + node + " of " + spec.range() + " from " + spec.startRevision();
    }
}
