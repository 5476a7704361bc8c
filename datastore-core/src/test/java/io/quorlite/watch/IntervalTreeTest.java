package io.quorlite.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class IntervalTreeTest {
    /** Adds a range that is not there and removes one that is, and after each step finds what a plain list finds. */
    @Property(tries = 2_000)
    void findsTheRangesThatHoldAKey(@ForAll("ranges") List<KeyRange> toggled) {
        IntervalTree<KeyRange> tree = new IntervalTree<>();
        Set<KeyRange> model = new LinkedHashSet<>();
        for (KeyRange range : toggled) {
            if (model.remove(range)) {
                tree.remove(range);
            } else {
                model.add(range);
                assertThat(tree.computeIfAbsent(range, () -> range)).isEqualTo(range);
            }
            assertThat(tree.get(range)).isEqualTo(model.contains(range) ? range : null);
        }
        for (int first = 0; first < 10; first++) {
            Bytes key = key(first);
            List<KeyRange> found = new ArrayList<>();
            tree.visit(key, found::add);

            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(
                            model.stream().filter(range -> range.contains(key)).toList());
            assertThat(tree.containsKey(key)).isEqualTo(!found.isEmpty());
        }
    }

    @Provide
    Arbitrary<List<KeyRange>> ranges() {
        Arbitrary<Integer> bound = Arbitraries.integers().between(0, 9);
        return Combinators.combine(bound, bound)
                .as((from, to) -> to == 0 ? KeyRange.fromKey(key(from)) : KeyRange.between(key(from), key(to)))
                .filter(range -> !range.isEmpty())
                .list()
                .ofMaxSize(80);
    }

    private static Bytes key(int number) {
        return Bytes.wrap(new byte[] {(byte) (number * 25)}); // some are negative as Java bytes
    }
}
