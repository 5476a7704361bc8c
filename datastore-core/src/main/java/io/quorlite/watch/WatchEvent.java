package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An event that many watchers share. The protocol's face keeps its encoding here, so that it is made once for all of them.
 * Thread-safe: two threads may encode at the same time, and either result serves.
 */
public final class WatchEvent {
    private final KeyEvent event;
    private volatile @Nullable Object encoded;
    private volatile @Nullable Object encodedWithPrevKv;

    public WatchEvent(KeyEvent event) {
        this.event = event;
    }

    /** The event; its {@code prevKv} is filled where any watcher that shares it asked for one. */
    public KeyEvent event() {
        return event;
    }

    /** The event's encoding without or with the version before it, made by {@code encoder} the first time. */
    @SuppressWarnings("unchecked") // one face, one type of encoding
    public <T> T encoded(boolean withPrevKv, Function<KeyEvent, T> encoder) {
        Object known = withPrevKv ? encodedWithPrevKv : encoded;
        if (known == null) {
            KeyEvent shown = withPrevKv || event.prevKv() == null ? event : new KeyEvent(event.kv(), event.sub(), null);
            known = encoder.apply(shown);
            if (withPrevKv) {
                encodedWithPrevKv = known;
            } else {
                encoded = known;
            }
        }
        return (T) known;
    }
}
