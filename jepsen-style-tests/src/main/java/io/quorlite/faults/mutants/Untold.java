package io.quorlite.faults.mutants;

import io.quorlite.mvcc.KeyEvent;
import java.util.List;

/** Events that a mutant keeps to itself; public because its code ends up in the server's classes. */
public final class Untold {
    private Untold() {}

    public static List<KeyEvent> withoutDeletions(List<KeyEvent> events) {
        return events.stream().filter(event -> !event.isDelete()).toList();
    }
}
