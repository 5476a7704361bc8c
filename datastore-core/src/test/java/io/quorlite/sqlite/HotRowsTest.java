package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HotRowsTest {
    private static final Bytes KEY = Bytes.utf8("k");

    private final HotRows hot = new HotRows(2L * HotRows.SLAB_BYTES);
    private final KeyHistory history = new KeyHistory();

    @Test
    void findsWhatItKeepsAndNothingElse() {
        KeyValue kv = row(5, 100);
        hot.keep(history, Revision.pack(5, 0), kv);

        assertThat(find(history, 5, true)).isEqualTo(kv);
        assertThat(find(history, 5, false)).isEqualTo(kv.withoutValue());
        assertThat(find(history, 4, true)).isNull();
        assertThat(find(new KeyHistory(), 5, true)).isNull();
    }

    @Test
    void findsAFewVersionsOfAKeyInWhateverOrderTheyCame() {
        for (long main : new long[] {7, 5, 6}) {
            hot.keep(history, Revision.pack(main, 0), row(main, 10));
        }

        for (long main = 5; main <= 7; main++) {
            assertThat(find(history, main, true)).isEqualTo(row(main, 10));
        }
    }

    @Test
    void leavesLargeValuesOut() {
        hot.keep(history, Revision.pack(5, 0), row(5, HotRows.VALUE_BYTES_MAX + 1));

        assertThat(find(history, 5, true)).isNull();
    }

    @Test
    void givesUpWhatIsOldestAndNeverMistakesItForAnother() {
        Random random = new Random(3);
        KeyHistory[] histories = new KeyHistory[2_000];
        for (int main = 0; main < histories.length; main++) {
            histories[main] = new KeyHistory();
            hot.keep(histories[main], Revision.pack(main, 0), row(main, random.nextInt(20_000)));
        }

        assertThat(find(histories[0], 0, true)).isNull();
        assertThat(find(histories[histories.length - 1], histories.length - 1, true))
                .isNotNull();
        int found = 0;
        for (int main = 0; main < histories.length; main++) {
            KeyValue kv = find(histories[main], main, true);
            if (kv != null) {
                found++;
                assertThat(kv).isEqualTo(row(main, kv.value().length()));
            }
        }
        assertThat(found).isBetween(40, 400); // one to two slabs of values of 10,000 bytes on average
    }

    @Test
    void readersBesideAWriterGetWholeRowsOnly() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong written = new AtomicLong();
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicLong found = new AtomicLong();
        Thread reader = new Thread(() -> {
            while (!done.get() && wrong.get() == null) {
                long main = Math.max(0, written.get() - 2);
                KeyValue kv = find(history, main, true);
                if (kv != null) {
                    found.incrementAndGet();
                    if (!kv.equals(row(main, kv.value().length()))) {
                        wrong.set("at " + main + " " + kv);
                    }
                }
            }
        });
        reader.start();
        Random random = new Random(4);
        for (long main = 1; main <= 30_000; main++) {
            hot.keep(history, Revision.pack(main, 0), row(main, 1 + random.nextInt(8_000)));
            written.set(main);
        }
        done.set(true);
        reader.join();

        assertThat(wrong.get()).isNull();
        assertThat(found.get()).isPositive();
    }

    private @Nullable KeyValue find(KeyHistory where, long main, boolean value) {
        HotRows.Scratch scratch = new HotRows.Scratch();
        long packed = Revision.pack(main, 0);
        return hot.find(where, packed, value, scratch) ? scratch.toKeyValue(KEY, packed) : null;
    }

    private static KeyValue row(long main, int bytes) {
        byte[] value = new byte[bytes];
        Arrays.fill(value, (byte) main);
        return new KeyValue(KEY, Bytes.wrap(value), main - 1, main, main + 1, main + 2);
    }
}
